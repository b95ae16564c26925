import { createPublicKey, verify } from 'node:crypto'
import type { Release, SignedRelease } from '../../model/wire/index.ts'
import { isRecord } from '../own-files.ts'

/** A release or its package is not what an honest publisher would offer; nothing was changed. */
export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused'
}

/** RFC 8785 for an object that holds only texts and whole numbers: sorted names, no white space. */
export function canonicalRelease(release: Release): string {
  return JSON.stringify(Object.fromEntries(Object.entries(release).sort(([one], [other]) => (one < other ? -1 : 1))))
}

/** Reads a signed release and checks its signature against the pinned keys (SubjectPublicKeyInfo, base64 DER). Throws `ReleaseRefused`. */
export function verifiedRelease(text: string, keys: readonly string[]): Release {
  const { release, signature } = parsed(text)
  if (keys.length === 0)
    throw new ReleaseRefused(
      'this program knows no release key, so only its root can upgrade it: put the key into /etc/davylamp/release-keys, or install the new package by hand (docs/agent.md, Upgrades)',
    )
  const bytes = Buffer.from(canonicalRelease(release))
  if (!keys.some(key => holds(key, bytes, signature)))
    throw new ReleaseRefused('the release is not signed by a release key that this host knows')
  return release
}

/** Why a release may not replace the running version; undefined when it may. Only upwards: an old release has old holes. */
export function unfit(release: Release, running: string, architecture: string): string | undefined {
  if (release.architecture !== architecture) return `it is for ${release.architecture}, this host is ${architecture}`
  if (compareVersions(release.program, running) <= 0)
    return `${release.program} is not newer than ${running}, which runs here`
  if (compareVersions(running, release.minimum) < 0)
    return `it replaces ${release.minimum} and later, but ${running} runs here; upgrade in steps`
  return undefined
}

/** By the numbers between the dots (semver.org, without what follows a `-`, which sorts before the plain version). */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [numbersOf(one), numbersOf(other)]
  for (let index = 0; index < 3; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0)
    if (difference !== 0) return difference
  }
  const [early, late] = [one.includes('-'), other.includes('-')]
  if (early !== late) return early ? -1 : 1
  return one < other ? -1 : one > other ? 1 : 0
}

const versionPattern = /^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,20})?$/

function numbersOf(version: string): number[] {
  return (version.split('-')[0] ?? '').split('.').map(Number)
}

function parsed(text: string): SignedRelease {
  let value: unknown
  try {
    value = text.length > 10_000 ? undefined : JSON.parse(text)
  } catch {
    value = undefined
  }
  if (!isRecord(value) || !isRecord(value['release']) || typeof value['signature'] !== 'string')
    throw new ReleaseRefused('the center has no signed release document for this version')
  const { format, version, program, architecture, sha256, bytes, minimum, madeAt } = value['release']
  const whole =
    format === 'davylamp-release' &&
    version === 1 &&
    isVersion(program) &&
    isVersion(minimum) &&
    (architecture === 'x64' || architecture === 'arm64') &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Number.isSafeInteger(bytes) &&
    typeof madeAt === 'string'
  if (!whole) throw new ReleaseRefused('the release document is not one that this version understands')
  return {
    release: { format, version, program, architecture, sha256, bytes: Number(bytes), minimum, madeAt },
    signature: value['signature'],
  }
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && versionPattern.test(value)
}

function holds(key: string, bytes: Buffer, signature: string): boolean {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
    return publicKey.asymmetricKeyType === 'ed25519' && verify(null, bytes, publicKey, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}
