import type { Noticed, Response } from '../model/index.ts'
import { isSharedTool } from './places.ts'
import { shownTime } from './shown-time.ts'

type Above = Noticed['chain'][number]

const mostNames = 7
const longest = 120

/**
 * The first that began first: `cron.service`, `sh`, `curl`, `/tmp/kdevtmpfsi`. Of the host's own programs the name alone, of all others
 * the path.
 */
export function chainNames({ service, chain, subject }: Pick<Noticed, 'service' | 'chain' | 'subject'>): string[] {
  const above = startersOf({ service, chain }).map(nameOf)
  const wrote = subject.kind === 'autostart' || subject.kind === 'file'
  const names = [...(service === undefined ? [] : [service]), ...above, ...(wrote ? [] : [subjectName(subject)])]
  const once = names.filter((one, at) => one !== names[at - 1])
  return once.length <= mostNames ? once : [...once.slice(0, 3), '…', ...once.slice(-(mostNames - 3))]
}

/** Those above that tell something: without process 1 and the main program of the unit, which bears the unit's name. First first. */
export function startersOf({ service, chain }: Pick<Noticed, 'service' | 'chain'>): Above[] {
  const above = chain.toReversed().filter(one => one.pid !== 1)
  const main = service?.replace(/(@.*)?\.service$/, '')
  const from = above.findIndex(one => main === undefined || !isMain(one, main))
  return from === -1 ? [] : above.slice(from)
}

function isMain({ path, name }: Above, main: string): boolean {
  const own = name ?? baseName(path ?? '')
  // crond of crond.service, sshd of ssh.service.
  return own.toLowerCase() === main.toLowerCase() || own === `${main}d`
}

/** One sentence without its full stop: what started what, when, and what was done. */
export function noticedWords(noticed: Noticed): string {
  const { subject, at, responses } = noticed
  const chain = chainNames(noticed).join(' → ')
  const when = shownTime(at)
  const done = doneWords(responses)
  const end = done === '' ? '' : `; ${done}`
  switch (subject.kind) {
    case 'autostart':
    case 'file':
      return `${subjectName(subject)} was changed${chain === '' ? '' : ` by ${chain}`}, ${when}${end}`
    case 'login':
      return `${subjectName(subject)}, ${when}${end}`
    default:
      return `${chain}, ${when} ${circumstances[subject.kind]}${end}`
  }
}

const circumstances: Readonly<Record<'process' | 'connection' | 'load', string>> = {
  process: 'as it started',
  connection: 'as it called out',
  load: 'as it kept the processor busy',
}

/** What was done about it at once, the strongest alone; empty where nothing was. */
export function doneWords(responses: readonly Response[]): string {
  for (const outcome of ['done', 'would'] as const)
    for (const kind of strongestFirst)
      if (responses.some(one => one.kind === kind && one.outcome === outcome)) return words[kind][outcome]
  return responses.length === 0 ? '' : 'nothing could be done about it at once'
}

const strongestFirst = [
  'prevented',
  'kill-process',
  'clean',
  'disarm-autostart',
  'quarantine-file',
  'block-address',
] as const

const words: Readonly<Record<Response['kind'], Readonly<Record<'done' | 'would', string>>>> = {
  prevented: { done: 'its start was prevented', would: 'its start would have been prevented' },
  'kill-process': { done: 'it was ended at once', would: 'it would have been ended' },
  clean: { done: 'it was cleaned up at once', would: 'it would have been cleaned up' },
  'disarm-autostart': { done: 'its autostart was disarmed', would: 'its autostart would have been disarmed' },
  'quarantine-file': { done: 'its file was quarantined', would: 'its file would have been quarantined' },
  'block-address': { done: 'its addresses were blocked', would: 'its addresses would have been blocked' },
}

const shells = /^(dash|bash|busybox)$/

/** `sh`, `python3.11 /tmp/x.py`, `/tmp/kdevtmpfsi`. The name that a process gives itself counts for shells only. */
export function nameOf({ path, name, command = '', pid }: Above): string {
  if (path === undefined) return cut(name || command.split(' ')[0] || `pid ${pid}`)
  if (!isSystem(path)) return cut(path)
  const base = baseName(path)
  const shown = shells.test(base) && name !== undefined && /^\w{2,8}$/.test(name) ? name : base
  const script = isSharedTool(path) ? command.split(' ')[1] : undefined
  return cut(script?.startsWith('/') && !isSystem(script) ? `${shown} ${script}` : shown)
}

export function subjectName({
  kind,
  path,
  command,
  address,
  port,
  account,
  container,
  pid,
}: Noticed['subject']): string {
  const endpoint = address === undefined ? undefined : port === undefined ? address : `${bracketed(address)}:${port}`
  if (kind === 'login')
    return cut(`log-in${account === undefined ? '' : ` as ${account}`} from ${address ?? 'somewhere'}`)
  const own = path !== undefined && isSharedTool(path) ? command : path
  const name = cut(own ?? path ?? command ?? endpoint ?? account ?? `pid ${pid ?? 0}`)
  const where = container === undefined ? name : `${name} in container ${container.slice(0, 12)}`
  return endpoint !== undefined && name !== endpoint ? `${where} → ${endpoint}` : where
}

function isSystem(path: string): boolean {
  return /^\/(usr\/)?(s?bin|lib|lib64|libexec)\//.test(path)
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

function cut(text: string): string {
  const letters = [...text.slice(0, longest * 2)]
  return letters.length <= longest ? text : `${letters.slice(0, longest).join('')}…`
}
