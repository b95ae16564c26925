import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../native/own-file.ts'

/** Where the state of one target lies: the live host in the state folder itself, a tree below `trees/`. */
export function targetFolder(state: string, root: string): string {
  if (root === '/') return state
  return join(state, 'trees', createHash('sha256').update(root).digest('hex').slice(0, 16))
}

/** A file's text; undefined when there is none. */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/** Replaces a file of the state folder in one step, readable by its owner only, on the disk before it returns. */
export function writeState(path: string, document: unknown): void {
  replaceFile(path, `${JSON.stringify(document)}\n`)
}

/** Why the content of a state file cannot be relied on: somebody else may write to it. */
export function foreignHands(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  const mine = process.getuid?.() ?? 0
  if (found.uid !== 0 && found.uid !== mine) return `it belongs to uid ${found.uid}`
  return (found.mode & 0o022) === 0 ? undefined : 'others than its owner may write to it'
}

export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : undefined
}

/** Nothing more can be written. */
export function isFull(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT' || sqliteCode(error) === sqlite.full
}

/** The disk is read-only, or does not do what it is told. */
export function isUnwritable(error: unknown): boolean {
  const code = sqliteCode(error)
  return codeOf(error) === 'EROFS' || code === sqlite.readOnly || code === sqlite.failed || code === sqlite.cannotOpen
}

/** Primary result codes (sqlite.org/rescode.html). */
const sqlite = { readOnly: 8, failed: 10, full: 13, cannotOpen: 14 } as const

function sqliteCode(error: unknown): number | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'errcode') : undefined
  return codeOf(error) === 'ERR_SQLITE_ERROR' && typeof code === 'number' ? code & 0xff : undefined
}

/** Plain words for what the system answered. */
export function reasonOf(error: unknown): string {
  const words: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'not permitted',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space is left',
    EDQUOT: 'no space is left within the quota',
    ENOENT: 'no such file or directory',
    EISDIR: 'it is a directory',
    ENOTDIR: 'it is not a directory',
    EEXIST: 'it is already there',
  }
  const code = codeOf(error)
  return (code !== undefined && words[code]) || (error instanceof Error ? error.message : String(error))
}
