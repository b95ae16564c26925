import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { librariesOf, type OwnLibraries } from './own-libraries.ts'
import { ownLoader } from './own-loader.ts'

export const loaderName = 'ld-davylamp.so'

/**
 * Keeps in `place` a loader and libraries of our own for `program`; true when something was out of date. `place` is a
 * link to a folder beside it, so that it changes from one whole set to the next in one step while others start from it.
 */
export function prepareRuntime(place: string, program: string): boolean {
  if (isCurrent(place)) return false
  mkdirSync(dirname(place), { recursive: true })
  const folder = mkdtempSync(`${place}-`)
  chmodSync(folder, 0o755)
  const own = librariesOf(program)
  copyRuntime(own, folder)
  writeFileSync(join(folder, stampName), JSON.stringify(stampOf(program, own)))
  pointTo(place, basename(folder))
  return true
}

/** The loader and libraries alone. Libraries name the loader as one of theirs, which is met by the name it bears inside. */
export function copyRuntime({ loader, libraries }: OwnLibraries, folder: string): void {
  for (const { name, file } of libraries) {
    copyFileSync(file, join(folder, name))
    chmodSync(join(folder, name), 0o644)
  }
  writeFileSync(join(folder, loaderName), ownLoader(readFileSync(loader.file)), { mode: 0o755 })
}

const stampName = 'made-from.json'

/** Raised when what this file makes changes. */
const version = 3

interface Stamp {
  readonly version: number
  readonly sources: readonly (readonly [path: string, identity: string])[]
}

function stampOf(program: string, own: OwnLibraries): Stamp {
  const files = [program, own.loader.file, ...own.libraries.map(one => one.file)]
  const places = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']
  // What is not here may be installed later.
  const absent = own.absent.flatMap(name => places.map(place => join(place, name)))
  return { version, sources: [...files, ...absent].map(path => [path, identityOf(path)]) }
}

function isCurrent(place: string): boolean {
  try {
    const stamp = JSON.parse(readFileSync(join(place, stampName), 'utf8')) as Stamp
    return stamp.version === version && stamp.sources.every(([path, identity]) => identityOf(path) === identity)
  } catch {
    return false
  }
}

function identityOf(path: string): string {
  const about = statSync(path, { throwIfNoEntry: false })
  return about === undefined ? 'absent' : `${about.ino} ${about.mtimeMs} ${about.size}`
}

function pointTo(place: string, folder: string): void {
  const earlier = targetOf(place)
  const link = `${place}-${folder}.link`
  symlinkSync(folder, link)
  if (earlier === undefined && existsSync(place)) rmSync(place, { recursive: true })
  renameSync(link, place)
  if (earlier !== undefined && earlier !== folder)
    rmSync(join(dirname(place), earlier), { recursive: true, force: true })
  removeLeftovers(place, folder)
}

function targetOf(place: string): string | undefined {
  try {
    return readlinkSync(place)
  } catch {
    return undefined
  }
}

/** Of a preparation that was interrupted. One that runs now is younger than this. */
const leftoverAgeMs = 10 * 60 * 1000

function removeLeftovers(place: string, current: string): void {
  for (const name of readdirSync(dirname(place))) {
    if (!name.startsWith(`${basename(place)}-`) || name === current) continue
    const path = join(dirname(place), name)
    const about = statSync(path, { throwIfNoEntry: false })
    if (about === undefined || Date.now() - about.mtimeMs > leftoverAgeMs)
      rmSync(path, { recursive: true, force: true })
  }
}
