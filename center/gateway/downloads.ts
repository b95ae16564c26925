import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Release, signedRelease } from '../../model/wire/index.ts'
import { notFound } from '../problem-error.ts'
import { parseJson } from './json.ts'

export const architectures = ['x64', 'arm64'] as const
export type Architecture = (typeof architectures)[number]

/**
 * Packages of the agent, as `npm run package` names them: `davylamp-<version>-linux-<arch>.tar.gz`, beside the signed
 * `davylamp-<version>-linux-<arch>.release.json`. The newest is what hosts join with.
 */
export class Downloads {
  readonly #folder: string | undefined
  readonly #hashes = new Map<string, { readonly key: string; readonly sha256: string }>()

  /** Without a folder nothing can be fetched. */
  constructor(folder: string | undefined) {
    this.#folder = folder
  }

  /** What a new host is to fetch; `undefined` when this center has no package for that architecture. */
  async joinPackage(architecture: Architecture): Promise<JoinPackage | undefined> {
    const name = await this.#newest(architecture)
    if (name === undefined) return undefined
    const opened = await this.#open(name)
    if (opened === undefined) return undefined
    await opened.file.close()
    return { sha256: opened.sha256, folder: name.replace(/\.tar\.gz$/, '') }
  }

  async sendJoinPackage(architecture: Architecture, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = await this.#newest(architecture)
    if (name === undefined) throw notFound('package on this center')
    await this.send(name, request, response)
  }

  /** Signed releases whose packages lie here as they were signed. Whose signature it is only hosts can say: they pin the keys. */
  async releases(): Promise<Release[]> {
    if (this.#folder === undefined) return []
    const names = await readdir(this.#folder).catch(() => [])
    const found = names.filter(name => name.endsWith('.release.json')).map(name => this.#release(name))
    return (await Promise.all(found)).filter(one => one !== undefined)
  }

  async #release(name: string): Promise<Release | undefined> {
    const text = await readFile(join(this.#folder ?? '', name), 'utf8').catch(() => '')
    const release = signedRelease.safeParse(parseJson(text)?.value).data?.release
    if (release === undefined || name !== `${packageName(release)}.release.json`) return undefined
    const opened = await this.#open(`${packageName(release)}.tar.gz`)
    await opened?.file.close()
    return opened?.sha256 === release.sha256 && opened.size === release.bytes ? release : undefined
  }

  /** Throws `ProblemError` 404. The ETag is the SHA-256. */
  async send(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const opened = await this.#open(name)
    if (opened === undefined) throw notFound('package on this center')
    const { file, size, sha256 } = opened
    const headers = {
      'content-type': name.endsWith('.json') ? 'application/json' : 'application/gzip',
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

  async #newest(architecture: Architecture): Promise<string | undefined> {
    if (this.#folder === undefined) return undefined
    const names = await readdir(this.#folder).catch(() => [])
    return names
      .filter(name => versionOf(name, architecture) !== undefined)
      .sort((a, b) => compareVersions(versionOf(a, architecture) ?? '', versionOf(b, architecture) ?? ''))
      .at(-1)
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

export interface JoinPackage {
  /** Hex. */
  readonly sha256: string
  /** What it unpacks to. */
  readonly folder: string
}

function packageName({ program, architecture }: Release): string {
  return `davylamp-${program}-linux-${architecture}`
}

/** As node and as the kernel name it. */
export function architectureNamed(text: string): Architecture {
  return /aarch64|arm64/.test(text) ? 'arm64' : 'x64'
}

function versionOf(name: string, architecture: Architecture): string | undefined {
  const [, version, built] =
    /^davylamp-(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)-linux-(x64|arm64)\.tar\.gz$/.exec(name) ?? []
  return built === architecture ? version : undefined
}

/** By number; a pre-release (`1.2.3-rc.1`) comes before its release. */
export function compareVersions(a: string, b: string): number {
  const numbers = (version: string) => (version.split('-')[0] ?? '').split('.').map(Number)
  const [left, right] = [numbers(a), numbers(b)]
  for (const [index, number] of left.entries()) if (number !== right[index]) return number - (right[index] ?? 0)
  if (a.includes('-') !== b.includes('-')) return a.includes('-') ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** In the address that hosts fetch it from: always the same. */
export function joinName(architecture: Architecture): string {
  return `davylamp-linux-${architecture}.tar.gz`
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
