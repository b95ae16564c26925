import type { EntryPoint, IdentifiedFact, Incident, NoticedPart, Verdict } from '../model/index.ts'
import type { Judged } from './judge.ts'
import { mechanismWords } from './mechanism-words.ts'
import { noticedWords } from './noticed-words.ts'
import { kernelViews } from './offline-scan.ts'
import { shownTime } from './shown-time.ts'

interface Described {
  readonly verdict: Verdict
  readonly members: readonly IdentifiedFact[]
  readonly own: readonly Judged[]
  readonly attribution: Incident['attribution']
  readonly entryPoints: readonly EntryPoint[]
  readonly since: Incident['since']
  readonly noticed: readonly NoticedPart[]
}

/** Title and sentences for a person: what runs, what starts it, what else was left, how it got in, since when. */
export function describe(incident: Described): { title: string; summary: string[]; rebuildAdvised: string[] } {
  return { title: titleOf(incident), summary: summaryOf(incident), rebuildAdvised: rebuildReasons(incident) }
}

function titleOf({ verdict, own, attribution, members }: Described): string {
  const mining = own.some(one => one.finding.specific === 'mining')
  const what = mining
    ? 'Cryptominer'
    : verdict === 'confirmed'
      ? 'Intrusion with hidden programs'
      : 'Suspicious program'
  const families = attribution.filter(one => one.confidence !== 'low').map(one => one.family)
  const named = families.length > 0 ? ` that looks like ${families.join(', ')}` : ''
  const main = members.find(one => one.kind === 'process') ?? members.find(one => one.kind === 'file')
  const place = main !== undefined && 'path' in main && main.path !== undefined ? `: ${main.path}` : ''
  return `${what}${named}${place}`
}

function summaryOf({ members, entryPoints, since, noticed }: Described): string[] {
  const of = <K extends IdentifiedFact['kind']>(kind: K) =>
    members.filter((one): one is Extract<IdentifiedFact, { kind: K }> => one.kind === kind)
  const lines: string[] = []
  const processes = of('process')
  if (processes.length > 0) {
    const names = [...new Set(processes.map(one => one.path ?? one.name))]
    const cpu = Math.round(processes.reduce((sum, one) => sum + (one.cpuPercent ?? 0), 0))
    lines.push(
      `Runs: ${count(processes.length, 'process', 'processes')} (${some(names)})${cpu > 0 ? `, ${cpu} % of a core` : ''}.`,
    )
  }
  const sockets = of('socket')
  if (sockets.length > 0)
    lines.push(`Talks to: ${some([...new Set(sockets.map(one => `${one.address}:${one.port}`))])}.`)
  const starts = of('autostart')
  if (starts.length > 0)
    lines.push(
      `Is started by: ${some(starts.map(one => `${mechanismWords(one.mechanism)} ${one.path}${one.line === undefined ? '' : `:${one.line}`}`))}.`,
    )
  lines.push(...noticed.slice(0, mostNoticed).map(one => `Noticed: ${noticedWords(one)}.`))
  const preloads = of('preload')
  if (preloads.length > 0) lines.push(`Is loaded into other programs: ${some(preloads.map(one => one.library))}.`)
  const access = [
    ...of('login-key').map(one => `login key of ${one.user} (${one.comment || one.fingerprint})`),
    ...of('account').map(one => `account ${one.name}`),
    ...of('sudo-rule').map(one => `sudo rule for ${one.user}`),
  ]
  if (access.length > 0) lines.push(`Left ways back in: ${some(access)}.`)
  const changed = [
    ...of('command-integrity').map(one => `${one.path} ${one.state}`),
    ...of('hosts-entry').map(one => `hosts entry ${one.names.join(' ')}`),
    ...of('sysctl').map(one => `${one.name} = ${one.value}`),
    ...of('setting').map(one => `${one.name} ${one.path ?? ''}`.trim()),
    ...of('mount').map(one => `mount over ${one.path}`),
    ...of('kernel-module').map(one => `kernel module ${one.name}`),
    ...of('kernel-hook').map(one => `kernel function ${one.functions[0] ?? ''} hooked by ${one.by}`),
    ...of('bpf-program').map(one => `BPF program ${one.programId} ${one.name}`.trim()),
  ]
  if (changed.length > 0) lines.push(`Changed: ${some(changed)}.`)
  const files = of('file')
  if (files.length > 0) lines.push(`Files: ${some(files.map(one => one.path))}.`)
  const [way] = entryPoints
  if (way?.what === 'unknown') lines.push(`How it got in is not known: ${way.because}.`)
  else if (way !== undefined) lines.push(`Probably got in by: ${way.what} – ${way.because}.`)
  if (since !== undefined) lines.push(`Here since about ${shownTime(since.at)}: ${since.because}.`)
  return lines
}

const mostNoticed = 2

function rebuildReasons({ members }: Described): string[] {
  const reasons: string[] = []
  for (const one of members) {
    if (one.kind === 'kernel-module') reasons.push(`the kernel module ${one.name} may hide anything`)
    if (one.kind === 'kernel-hook') reasons.push(`the kernel is hooked by ${one.by}`)
    if (one.kind === 'process' && one.hiddenFrom.some(view => kernelViews.has(view)))
      reasons.push(`pid ${one.pid} is hidden by the kernel`)
    if (one.kind === 'file' && one.hiddenFrom?.some(view => kernelViews.has(view)))
      reasons.push(`${one.path} is hidden by the kernel`)
    if (one.kind === 'setting' && one.name === 'loader-preload-path')
      reasons.push(`the program loader ${one.path} was changed`)
    if (one.kind === 'file' && /\/security\/pam_\w+\.so$/.test(one.path))
      reasons.push(`the login module ${one.path} was replaced`)
  }
  return [...new Set(reasons)].sort()
}

/** Three by name, the rest by number: a sentence stays a sentence. */
function some(values: readonly string[]): string {
  const unique = [...new Set(values)]
  return unique.length <= 3 ? unique.join(', ') : `${unique.slice(0, 3).join(', ')} and ${unique.length - 3} more`
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}
