import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { CommandError } from '../command-error.ts'
import { calledAs } from '../program-name.ts'

const session = z.object({ cookie: z.string(), csrf: z.string(), user: z.string() })

const saved = z.object({
  format: z.literal('davylamp-center-login'),
  version: z.literal(1),
  address: z.string(),
  /** SHA-256 of the center's authority or certificate, in hex. */
  fingerprint: z.string().optional(),
  /** PEM of an authority of one's own. */
  ca: z.string().optional(),
  token: z.string().optional(),
  session: session.optional(),
})

/** Which center this account speaks with, whom it believes to be it, and as whom it signs in. */
export type SavedCenter = Omit<z.output<typeof saved>, 'format' | 'version'>

/** `~/.config/davylamp/center.json`, or below `XDG_CONFIG_HOME`. */
export function savedPath(): string {
  const folder = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config')
  return join(folder, 'davylamp', 'center.json')
}

/** What `login` kept, with what the environment says instead. Throws `CommandError` when there is nothing. */
export function knownCenter(): SavedCenter {
  const kept = readSaved()
  const { DAVYLAMP_CENTER: named, DAVYLAMP_TOKEN: token } = process.env
  const address = named ? centerAddress(named) : kept?.address
  if (address === undefined)
    throw new CommandError(
      `you are signed in to no center: ${calledAs} login https://center.example:8443 --user NAME (or set DAVYLAMP_CENTER and DAVYLAMP_TOKEN)`,
    )
  const same = kept?.address === address ? kept : undefined
  const trust = { ...(same?.fingerprint && { fingerprint: same.fingerprint }), ...(same?.ca && { ca: same.ca }) }
  const known = { address, ...trust, ...trustOfEnvironment() }
  if (token) return { ...known, token }
  if (same?.token !== undefined) return { ...known, token: same.token }
  if (same?.session !== undefined) return { ...known, session: same.session }
  throw new CommandError(
    `you are not signed in to ${address}: ${calledAs} login ${address} --user NAME (or set DAVYLAMP_TOKEN)`,
  )
}

function trustOfEnvironment(): { fingerprint?: string; ca?: string } {
  const { DAVYLAMP_FINGERPRINT: fingerprint, DAVYLAMP_CA: ca } = process.env
  return { ...(fingerprint ? { fingerprint } : {}), ...(ca ? { ca: readPem(ca) } : {}) }
}

export function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandError(
      `the certificate ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

export function readSaved(): SavedCenter | undefined {
  const path = savedPath()
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if ((found.mode & 0o077) !== 0)
    throw new CommandError(
      `${path} holds what signs you in and others can read it: chmod 600 ${path}, and sign in again if they may have`,
    )
  const parsed = saved.safeParse(parsedJson(path))
  if (!parsed.success)
    throw new CommandError(`${path} is not what ${calledAs} login writes: remove it and sign in again`)
  return parsed.data
}

function parsedJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** Whole or not at all, and never readable by others, not even for a moment. */
export function writeSaved(center: SavedCenter): void {
  const path = savedPath()
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const part = `${path}.${process.pid}`
  writeFileSync(part, `${JSON.stringify({ format: 'davylamp-center-login', version: 1, ...center }, undefined, 2)}\n`, {
    mode: 0o600,
  })
  chmodSync(part, 0o600)
  renameSync(part, path)
}

export function forgetSaved(): void {
  rmSync(savedPath(), { force: true })
}

/** `https://center.example:8443` of what a person writes. Throws `CommandError`. */
export function centerAddress(text: string): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`)
  if (url?.protocol !== 'https:' || url.username !== '' || url.hostname === '')
    throw new CommandError(`${text} is no address of a center: write it as https://center.example:8443`)
  return url.origin
}
