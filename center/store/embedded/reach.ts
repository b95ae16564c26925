import { chmodSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** True when a user without any group may read this file or folder, through all folders above it. */
export function mayReach(path: string, uid: number): boolean {
  return folderHidden(path, uid) === undefined && allows(path, uid, 0o4)
}

/** The first folder above `path` that this user cannot pass; `undefined` when all let it pass. */
export function folderHidden(path: string, uid: number): string | undefined {
  return parents(path).find(folder => !allows(folder, uid, 0o1))
}

/** Lets others pass through this folder (not list it): what lies in it keeps its own permissions. */
export function letPass(folder: string): void {
  const mode = statSync(folder).mode & 0o7777
  if ((mode & 0o1) === 0) chmodSync(folder, mode | 0o1)
}

function parents(path: string): string[] {
  const above: string[] = []
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    above.unshift(folder)
    if (folder === '/') return above
  }
}

function allows(path: string, uid: number, bit: number): boolean {
  const seen = statSync(path, { throwIfNoEntry: false })
  if (seen === undefined) return false
  if (uid === 0) return true
  return (seen.mode & (seen.uid === uid ? bit << 6 : bit)) !== 0
}
