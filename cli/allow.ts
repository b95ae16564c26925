import { agentFolders, agreeTo } from '../agent/index.ts'
import { randomBytes } from 'node:crypto'
import { userInfo } from 'node:os'
import { isEmpty } from '../engine/index.ts'
import type { AllowEntry } from '../model/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { parseDuration } from './duration.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { styled } from './print/page.ts'
import { calledAs } from './program-name.ts'
import { allowPath, readAllowlist, writeAllowlist } from './state/allowlist.ts'
import { requireWritableState } from './state/permission.ts'

export interface AllowOptions {
  readonly sha256?: string
  readonly path?: string
  readonly user?: string
  readonly package?: string
  readonly rule?: string
  readonly fingerprint?: string
  readonly reason: string
  readonly author?: string
  readonly expires?: string
}

const fields = ['sha256', 'path', 'user', 'package', 'rule', 'fingerprint'] as const

/** Lists all entries, expired ones too. */
export async function listCommand(_: object, context: Context): Promise<ExitCode> {
  const entries = readAllowlist(context.state)
  if (context.json) context.print({ format: 'davylamp-allow', version: 1, entries })
  else if (entries.length === 0) context.page.text('Nothing is allowed.')
  else for (const one of entries) showEntry(one, context)
  return exitCodes.fine
}

export async function addAllowCommand(options: AllowOptions, context: Context): Promise<ExitCode> {
  const entry = entryOf(options)
  requireWritableState(context.state)
  agreeTo(agentFolders(context.state).own, [allowPath(context.state)])
  writeAllowlist(context.state, [...readAllowlist(context.state), entry])
  if (context.json) context.print(entry)
  else showEntry(entry, context)
  return exitCodes.fine
}

export async function removeAllowCommand(_: object, context: Context, ...ids: string[]): Promise<ExitCode> {
  const entries = readAllowlist(context.state)
  const gone = new Set(ids.map(id => oneOf(entries, id)))
  requireWritableState(context.state)
  agreeTo(agentFolders(context.state).own, [allowPath(context.state)])
  writeAllowlist(
    context.state,
    entries.filter(one => !gone.has(one)),
  )
  if (context.json) context.print({ format: 'davylamp-allow-removed', version: 1, removed: [...gone] })
  else context.page.text(`Removed ${gone.size}. It counts again with the next scan.`)
  return exitCodes.fine
}

function entryOf(options: AllowOptions): AllowEntry {
  const named = Object.fromEntries(
    fields.flatMap(name => (options[name] ? [[name, options[name]]] : [])),
  ) as Partial<AllowEntry>
  if (isEmpty(named))
    throw new CommandError(
      `this would allow everything. Say what: ${fields.map(name => `--${name}`).join(', ')} (all that are given must agree)`,
    )
  if (named.sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(named.sha256))
    throw new CommandError('--sha256 takes 64 hex digits, as sha256sum prints them')
  if (named.path !== undefined && !named.path.startsWith('/'))
    throw new CommandError('--path takes a whole path from / on, exactly as scan shows it')
  if (named.fingerprint !== undefined && !named.fingerprint.startsWith('SHA256:'))
    throw new CommandError('--fingerprint takes SHA256:…, as ssh-keygen -l prints it')
  if (options.reason.trim() === '') throw new CommandError('--reason must say why: others will read it')
  return {
    id: randomBytes(4).toString('hex'),
    ...named,
    ...(named.sha256 === undefined ? {} : { sha256: named.sha256.toLowerCase() }),
    reason: options.reason,
    author: options.author ?? whoever(),
    created: new Date().toISOString(),
    expires: expiryOf(options.expires ?? '90d'),
  }
}

function expiryOf(text: string): string {
  if (text === 'never') return 'never'
  const seconds = parseDuration(text)
  const at = seconds === undefined ? Date.parse(text) : Date.now() + seconds * 1_000
  if (Number.isNaN(at))
    throw new CommandError('--expires takes a duration such as 90d, a date such as 2027-01-31, or never')
  if (at <= Date.now()) throw new CommandError(`--expires ${text} is in the past`)
  return new Date(at).toISOString()
}

function whoever(): string {
  const behind = process.env['SUDO_USER']
  if (behind) return behind
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`
  }
}

function oneOf(entries: readonly AllowEntry[], id: string): AllowEntry {
  const found = entries.filter(one => one.id.startsWith(id))
  const [only] = found
  if (only === undefined) throw new CommandError(`there is no entry ${id}: ${calledAs} allow list shows them`)
  if (found.length > 1) throw new CommandError(`${found.length} entries begin with ${id}: write more of the id`)
  return only
}

function showEntry(entry: AllowEntry, context: Context): void {
  const what = fields.flatMap(name => (entry[name] === undefined ? [] : [`${name} ${entry[name]}`])).join(', ')
  const expired = entry.expires !== 'never' && entry.expires < new Date().toISOString()
  const until =
    entry.expires === 'never' ? 'for good' : `${expired ? 'expired' : 'until'} ${entry.expires.slice(0, 10)}`
  context.page.text(
    `${what} ${styled(`– ${entry.reason} (${entry.author}, ${until})`, expired ? 'yellow' : 'dim')}`,
    0,
    `${entry.id}  `,
  )
}
