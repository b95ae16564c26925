import { statSync } from 'node:fs'
import type { PoolOptions } from './pool.ts'
import { controlPlaces, countsPerThread, type NamedFile, stopPlace, type ToThread } from './walk-messages.ts'
import { Reader } from './walk-reader.ts'

/** What takes longer than a moment leaves this thread to those that wait for it. */
const mostFiles = 16
const mostBytes = 32 * 1024 * 1024

/** Whether so little is to be read that a thread would cost more: a tenth of a second and some megabytes. */
export function isLittle(root: number, files: readonly NamedFile[]): boolean {
  if (files.length > mostFiles) return false
  return files.reduce((sum, file) => sum + sizeOf(root, file), 0) <= mostBytes
}

function sizeOf(root: number, { path, isProcess }: NamedFile): number {
  try {
    return statSync(isProcess ? path : `/proc/self/fd/${root}/${path}`).size
  } catch {
    // Whoever reads it says why that is not possible.
    return 0
  }
}

/** Does in this thread what a `Pool` does in others. */
export class ReadHere {
  readonly #options: Omit<PoolOptions, 'threads'>
  readonly #control = new Int32Array(new SharedArrayBuffer(controlPlaces * 4))
  readonly #counts = new Float64Array(countsPerThread)

  constructor(options: Omit<PoolOptions, 'threads'>) {
    this.#options = options
  }

  async work(items: readonly ToThread[]): Promise<void> {
    const { given, heard, failed } = this.#options
    try {
      const { hashes } = given
      const lookup = hashes === undefined ? undefined : (await import('../intel/index.ts')).openHashLookup(hashes)
      const shared = { control: this.#control, counts: this.#counts, number: 0 }
      const reader = new Reader({ ...given, ...shared }, lookup, heard)
      for (const item of items)
        if (item.kind === 'files') reader.readNamed(item.files)
        else reader.walk(item.directories)
      reader.tell()
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error))
    }
  }

  stop(): void {
    Atomics.store(this.#control, stopPlace, 1)
  }

  async close(): Promise<void> {}

  get counts(): { files: number; bytes: number; cached: number } {
    const [files = 0, bytes = 0, cached = 0] = this.#counts
    return { files, bytes, cached }
  }
}
