import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from '../../context.ts'
import { type Binaries, findBinaries, hasServer, olderData, readBinaries, startEmbedded } from '../embedded/index.ts'
import { StoreError } from '../store-error.ts'
import { backup } from './backup.ts'
import { restore } from './restore.ts'

export interface UpgradeOptions {
  readonly state: string
  readonly log: Log
  readonly program: string
  /** PostgreSQL to move to; what comes with Davylamp unless told. */
  readonly binaries?: string | undefined
  /** The older PostgreSQL's folder, when it lies at none of the usual places. */
  readonly oldBinaries?: string | undefined
}

export interface UpgradeSummary {
  readonly from: number
  readonly to: number
  readonly rows: number
  /** The old data folder; it may be removed when all is well. */
  readonly kept: string
}

/**
 * Moves an embedded store to a newer PostgreSQL: the old one is started once more, saved, and restored into a new data
 * folder, which takes its place only when it is complete. Interrupted, it is simply done again. `undefined`: nothing to do.
 */
export async function upgradeEmbedded(options: UpgradeOptions): Promise<UpgradeSummary | undefined> {
  const folder = join(options.state, 'postgres')
  const target = findBinaries(options.binaries)
  const from = olderData(folder, target.major)
  if (from === undefined) return undefined
  const old = oldServer(from, folder, options.oldBinaries)
  const work = join(options.state, 'upgrade')
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true, mode: 0o711 })
  const file = join(work, 'store.backup')
  await save(old, file, options)
  const rows = await fill(target, work, folder, file, options)
  renameSync(join(work, 'postgres', `data-${target.major}`), join(folder, `data-${target.major}`))
  rmSync(work, { recursive: true, force: true })
  return { from, to: target.major, rows, kept: join(folder, `data-${from}`) }
}

async function save(old: Binaries, file: string, options: UpgradeOptions): Promise<void> {
  const server = await startEmbedded({ state: options.state, log: options.log, binaries: old.folder })
  try {
    await backup(server.connection, file, { program: options.program })
  } finally {
    await server.stop()
  }
}

/** With the same account and password, so that the data folder can move over as it is. */
async function fill(
  target: Binaries,
  work: string,
  folder: string,
  file: string,
  options: UpgradeOptions,
): Promise<number> {
  mkdirSync(join(work, 'postgres'), { mode: 0o711 })
  for (const name of ['account.json', 'password'])
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(work, 'postgres', name))
  const server = await startEmbedded({ state: work, log: options.log, binaries: target.folder })
  try {
    return (await restore(server.connection, file, { log: options.log })).rows
  } finally {
    await server.stop()
  }
}

/** Named, copied into the state folder by an earlier Davylamp, or of the distribution. */
function oldServer(major: number, folder: string, named: string | undefined): Binaries {
  const copies = readdirSync(folder)
    .filter(name => name.startsWith(`${major}.`) && statSync(join(folder, name)).isDirectory())
    .map(name => join(folder, name))
  const places = named === undefined ? [...copies, `/usr/lib/postgresql/${major}`, `/usr/pgsql-${major}`] : [named]
  for (const place of places) {
    if (!hasServer(place)) continue
    const found = readBinaries(place)
    if (found.major === major) return found
  }
  throw new StoreError(
    `The data is of PostgreSQL ${major}, which is needed once more to move it. Install it (Debian: postgresql-${major}) or name its folder, the one that holds bin/postgres.`,
  )
}
