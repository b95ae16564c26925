import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Detection } from '../../model/index.ts'
import { codeOf, isRecord, messageOf } from '../own-files.ts'

export interface DetectionStoreOptions {
  /** Default 5 MB: then the file becomes `detections.jsonl.1`, in the place of the one before. */
  readonly mostBytes?: number
}

const usualBytes = 5_000_000

/**
 * What this host noticed, for whoever asks it: `detections.jsonl` in the agent's own folder, one detection a line, newest last. One that is told
 * again, because more is known of it, is there again. It never throws: what a full disk did not take is counted.
 */
export class DetectionStore {
  readonly #path: string
  readonly #mostBytes: number
  #lost = 0
  #problem: string | undefined

  constructor(own: string, { mostBytes = usualBytes }: DetectionStoreOptions = {}) {
    this.#path = pathIn(own)
    this.#mostBytes = mostBytes
  }

  /** How many could not be kept since this process began. */
  get lost(): number {
    return this.#lost
  }

  /** Why the last one could not be kept; undefined when it was. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Whether it is in the file now. It is not waited until it is on the disk. */
  keep(detection: Detection): boolean {
    try {
      const line = Buffer.from(`${JSON.stringify(detection)}\n`)
      if (!this.#append(line)) this.#append(line)
      this.#problem = undefined
      return true
    } catch (error) {
      this.#lost += 1
      this.#problem = messageOf(error)
      return false
    }
  }

  /** False when the file was full and was put aside: then it is tried again with a new one. */
  #append(line: Buffer): boolean {
    const descriptor = openSync(this.#path, appending, 0o600)
    try {
      const { size } = fstatSync(descriptor)
      if (size > 0 && size + line.length > this.#mostBytes) {
        renameSync(this.#path, `${this.#path}.1`)
        return false
      }
      write(descriptor, endsWhole(descriptor, size) ? line : Buffer.concat([lineEnd, line]), size)
      return true
    } finally {
      closeSync(descriptor)
    }
  }
}

const appending = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
const lineEnd = Buffer.from('\n')

/** The last one that was written may have been cut by a power loss; the next one must not become part of it. */
function endsWhole(descriptor: number, size: number): boolean {
  const last = Buffer.alloc(1)
  return size === 0 || (readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] === lineEnd[0])
}

/** All of it or nothing: a disk that fills up in the middle takes half a line. */
function write(descriptor: number, bytes: Buffer, size: number): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
  } catch (error) {
    ftruncateSync(descriptor, size)
    throw error
  }
}

/** What was noticed since a time, newest last, each as it was told last. A line that was cut or that nobody understands is left out. */
export function readDetections(own: string, since: Date): Detection[] {
  const found = new Map<string, Detection>()
  for (const path of [`${pathIn(own)}.1`, pathIn(own)])
    for (const line of linesOf(path)) {
      const detection = detectionIn(line)
      if (detection === undefined || Date.parse(detection.at) < since.getTime()) continue
      found.delete(detection.id)
      found.set(detection.id, detection)
    }
  return [...found.values()]
}

function pathIn(own: string): string {
  return join(own, 'detections.jsonl')
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return []
    throw error
  }
}

function detectionIn(line: string): Detection | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    if (!isRecord(value) || !isRecord(value['subject'])) return undefined
    const { id, at, title, verdict } = value
    const isOne = [id, at, title, verdict].every(one => typeof one === 'string')
    return isOne ? (value as unknown as Detection) : undefined
  } catch {
    return undefined
  }
}
