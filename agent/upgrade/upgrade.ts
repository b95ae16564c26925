import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { tlsOf } from '../connection/connection.ts'
import { ask, saidBy } from '../connection/https.ts'
import type { Release } from '../../model/wire/index.ts'
import type { StoredIdentity } from '../identity.ts'
import { syncFolder } from '../../native/own-file.ts'
import type { AgentFolders } from '../ports.ts'
import { linked, point, replaceableHome, versionOfFolder } from './program-home.ts'
import { ReleaseRefused, unfit, verifiedRelease } from './release.ts'
import { writeUpgrade } from './upgrade-state.ts'
import { unpack } from './unpack.ts'

export interface UpgradeParts {
  readonly folders: AgentFolders
  readonly identity: StoredIdentity
  /** Folder of the running program. */
  readonly program: string
  /** Version of the running program. */
  readonly running: string
  readonly keys: readonly string[]
  readonly architecture?: string
}

/**
 * Puts a signed newer release in place of the running program: document and package from the center, everything else checked here. What
 * runs is not touched; only the link `current` is set anew, last. Throws `ReleaseRefused` with nothing changed.
 */
export async function upgrade(
  order: { readonly order: string; readonly version: string; readonly sha256: string },
  parts: UpgradeParts,
): Promise<void> {
  const place = replaceableHome(parts.program)
  if (place === undefined)
    throw new ReleaseRefused(
      'this program was not installed by its package, so it cannot replace itself. Install it with: davylamp agent install',
    )
  const release = await releaseFor(order, parts)
  const folder = `davylamp-${release.program}-linux-${release.architecture}`
  const archive = join(place.home, `.${folder}.tar.gz`)
  try {
    await fetchPackage(release, archive, parts)
    settle(archive, place.home, folder)
  } finally {
    rmSync(archive, { force: true })
  }
  writeUpgrade(parts.folders, {
    order: order.order,
    from: place.running,
    to: folder,
    home: place.home,
    at: new Date().toISOString(),
    starts: 0,
    state: 'trying',
  })
  point(place.home, 'previous', place.running)
  point(place.home, 'current', folder)
}

async function releaseFor(
  { version, sha256 }: { readonly version: string; readonly sha256: string },
  { identity, keys, running, architecture = process.arch }: UpgradeParts,
): Promise<Release> {
  const url = new URL(`/agent/v1/package/${encodeURIComponent(version)}.release.json`, identity.center)
  const answer = await ask({ url, tls: tlsOf(identity), mostBytes: 10_000 })
  if (answer.status !== 200)
    throw new ReleaseRefused(`the center has no signed release document for ${version.slice(0, 40)}: ${saidBy(answer)}`)
  const release = verifiedRelease(answer.body.toString('utf8'), keys)
  if (release.program !== version || release.sha256 !== sha256)
    throw new ReleaseRefused('the signed release is not the one that was ordered')
  const problem = unfit(release, running, architecture)
  if (problem !== undefined) throw new ReleaseRefused(`the release does not fit: ${problem}`)
  return release
}

async function fetchPackage(release: Release, to: string, { identity }: UpgradeParts): Promise<void> {
  const url = new URL(`/agent/v1/package/${encodeURIComponent(release.program)}`, identity.center)
  const hash = createHash('sha256')
  const file = openSync(to, 'w', 0o600)
  try {
    const answer = await ask({
      url,
      tls: tlsOf(identity),
      mostBytes: release.bytes,
      sink(part) {
        hash.update(part)
        writeSync(file, part)
      },
    })
    if (answer.status !== 200) throw new ReleaseRefused(`the package could not be fetched: ${saidBy(answer)}`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  if (hash.digest('hex') !== release.sha256) throw new ReleaseRefused('the package is not the one that was signed')
}

/** Unpacked beside, then put in place in one step. What lies there from an earlier try is not trusted. */
function settle(archive: string, home: string, folder: string): void {
  const temporary = mkdtempSync(join(home, '.unpack-'))
  try {
    unpack(archive, temporary)
    if (!existsSync(join(temporary, folder, 'davylamp')))
      throw new ReleaseRefused('the package does not hold the program that it names')
    rmSync(join(home, folder), { recursive: true, force: true })
    renameSync(join(temporary, folder), join(home, folder))
    syncFolder(home)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Versions that are neither the running one nor the one before. */
export function removeOldVersions(home: string): void {
  const kept = [linked(home, 'current'), linked(home, 'previous')]
  for (const name of readdirSync(home))
    if (versionOfFolder(name) !== undefined && !kept.includes(name))
      rmSync(join(home, name), { recursive: true, force: true })
}
