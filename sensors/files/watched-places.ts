import { lstatSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { decodeBytes, encodeBytes } from '../../target/index.ts'

/** Something on a host that starts programs, lets people in or hides things. Absolute, without a `/` at its end. */
export interface WatchedPlace {
  readonly path: string
  readonly kind: 'file' | 'directory'
  /** The directories below it count too. */
  readonly deep?: boolean
}

const deepest = 5
/** inotify gives every user 8,192 watches at least. */
const mostDirectories = 4000

/** Directories that have to be watched now, and whether some were left out. A place that is not there yet has the nearest one above it watched. */
export function directoriesFor(places: readonly WatchedPlace[]): { directories: Set<string>; left: boolean } {
  const directories = new Set<string>()
  for (const { path, kind, deep = false } of places) {
    const wanted = kind === 'file' ? dirname(path) : path
    const there = nearest(wanted)
    directories.add(there)
    if (deep && there === wanted) addBelow(there, directories, deepest)
    if (directories.size > mostDirectories) return { directories, left: true }
  }
  return { directories, left: false }
}

/** Whether a path is one of the places, or lies in one. */
export function isInPlace(path: string, places: readonly WatchedPlace[]): boolean {
  return places.some(place => {
    if (place.kind === 'file') return place.path === path
    return place.deep === true ? path.startsWith(`${place.path}/`) : dirname(path) === place.path
  })
}

function addBelow(directory: string, into: Set<string>, depth: number): void {
  if (depth === 0 || into.size > mostDirectories) return
  for (const entry of entriesOf(directory)) {
    if (!entry.isDirectory()) continue
    const path = `${directory}/${entry.name}`
    into.add(path)
    addBelow(path, into, depth - 1)
  }
}

/** More news than this of one directory is none that somebody reads. */
const mostFiles = 1000

/** Files that are in a directory already when it is first seen; the first thousand of them. */
export function filesBelow(directory: string): string[] {
  const found: string[] = []
  const waiting = [{ path: directory, depth: 0 }]
  for (let one = waiting.shift(); one !== undefined && found.length < mostFiles; one = waiting.shift())
    for (const entry of entriesOf(one.path)) {
      const path = `${one.path}/${entry.name}`
      if (!entry.isDirectory()) found.push(path)
      else if (one.depth < deepest && waiting.length < mostFiles) waiting.push({ path, depth: one.depth + 1 })
    }
  return found.slice(0, mostFiles)
}

/** Paths are in the form of `decodeBytes`. */
function entriesOf(directory: string) {
  try {
    const entries = readdirSync(encodeBytes(directory), { withFileTypes: true, encoding: 'buffer' })
    return entries.map(entry => ({ name: decodeBytes(entry.name), isDirectory: () => entry.isDirectory() }))
  } catch {
    return []
  }
}

function nearest(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    try {
      if (at === '/' || lstatSync(encodeBytes(at)).isDirectory()) return at
    } catch {
      // Not there: the one above it.
    }
  }
}
