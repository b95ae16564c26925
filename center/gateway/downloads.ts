import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { notFound } from '../problem-error.ts'

export const architectures = ['x64', 'arm64'] as const
export type Architecture = (typeof architectures)[number]

/** Files that agents fetch: `davylamp-linux-<arch>.tar.gz` to join with, `davylamp-<version>-linux-<arch>.tar.gz` to upgrade to. */
export class Downloads {
  readonly #folder: string | undefined
  readonly #hashes = new Map<string, { readonly key: string; readonly sha256: string }>()

  /** Without a folder nothing can be fetched. */
  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  /** SHA-256 (hex) of the package to join with; `undefined` when this center has none for that architecture. */
  async joinHash(architecture: Architecture): Promise<string | undefined> {
    const opened = await this.#open(joinName(architecture))
    if (opened === undefined) return undefined
    await opened.file.close()
    return opened.sha256
  }

  /** Throws `ProblemError` 404. The ETag is the SHA-256. */
  async send(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const opened = await this.#open(name)
    if (opened === undefined) throw notFound('package on this center')
    const { file, size, sha256 } = opened
    const headers = {
      'content-type': 'application/gzip',
      etag: `"${sha256}"`,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    }
    if (request.headers['if-none-match'] === headers.etag) {
      await file.close()
      response.writeHead(304, headers).end()
      return
    }
    response.writeHead(200, { ...headers, 'content-length': size })
    if (request.method === 'HEAD') {
      await file.close()
      response.end()
      return
    }
    await pipeline(file.createReadStream({ start: 0, end: Math.max(0, size - 1) }), response)
  }

  async #open(name: string): Promise<{ file: FileHandle; size: number; sha256: string } | undefined> {
    if (this.#folder === undefined) return undefined
    const path = join(this.#folder, name)
    const file = await open(path, 'r').catch(() => undefined)
    if (file === undefined) return undefined
    const { size, mtimeMs, ino } = await file.stat()
    const key = `${size} ${mtimeMs} ${ino}`
    const known = this.#hashes.get(name)
    const sha256 = known?.key === key ? known.sha256 : await hashOf(path)
    this.#hashes.set(name, { key, sha256 })
    return { file, size, sha256 }
  }
}

export function joinName(architecture: Architecture): string {
  return `davylamp-linux-${architecture}.tar.gz`
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
