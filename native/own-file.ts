import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { tryLock } from './own-lock.ts'

export interface ReplaceOptions {
  /** Without it, readable by its owner only. */
  readonly mode?: number
  /** It is made anew where it is missing or cut, which its reader notices: nobody waits until it is on the disk. */
  readonly mayBeLost?: boolean
}

// Files of this program's own folders. What belongs to the host is for remedies/ alone.

/**
 * Replaces a file in one step, on the disk before it returns; its folder is made where it is missing. `content` may come in pieces.
 * Throws the system's error where it cannot be written, and then the file is as it was.
 */
export function replaceFile(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
  { mode = 0o600, mayBeLost = false }: ReplaceOptions = {},
): void {
  const folder = dirname(path)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  clearLeftovers(path)
  const { temporary, descriptor } = openTemporary(path, mode)
  try {
    write(descriptor, content)
    if (!mayBeLost) fsyncSync(descriptor)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
  if (!mayBeLost) syncFolder(folder)
}

/** A rename is on the disk only when its folder is. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Locked for as long as somebody writes to it, so that what a killed process left can be told from what is at work. */
function openTemporary(path: string, mode: number): { temporary: string; descriptor: number } {
  for (;;) {
    const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
    const descriptor = openSync(temporary, 'wx', mode)
    let isOurs = false
    try {
      // Whoever clears away leftovers may have come between.
      isOurs = tryLock(descriptor) && fstatSync(descriptor).nlink > 0
      if (isOurs) return { temporary, descriptor }
    } finally {
      if (!isOurs) {
        rmSync(temporary, { force: true })
        closeSync(descriptor)
      }
    }
  }
}

function write(descriptor: number, content: string | Uint8Array | Iterable<Uint8Array>): void {
  if (typeof content === 'string' || content instanceof Uint8Array) return writeFileSync(descriptor, content)
  for (const part of content) for (let at = 0; at < part.length; ) at += writeSync(descriptor, part, at)
}

/** Takes away what processes left that were ended while they replaced this file. Every replacing does so first. */
export function clearLeftovers(path: string): void {
  if (!existsSync(dirname(path))) return
  const name = basename(path)
  for (const other of readdirSync(dirname(path)))
    if (other.startsWith(`${name}.`) && temporaryEnding.test(other.slice(name.length)))
      clearLeftover(join(dirname(path), other))
}

function clearLeftover(temporary: string): void {
  let descriptor: number | undefined
  try {
    descriptor = openSync(temporary, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (fstatSync(descriptor).isFile() && tryLock(descriptor)) rmSync(temporary, { force: true })
  } catch {
    // Another process was quicker, or it belongs to somebody else.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

const temporaryEnding = /^\.[0-9a-f]{8}\.tmp$/
