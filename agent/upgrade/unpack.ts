import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { ReleaseRefused } from './release.ts'

const mostBytes = 1_073_741_824

/**
 * Unpacks our own package (ustar, as tools/archive.ts makes it) into a folder that is new. Its signature was checked before; still no
 * name or link may lead out of the folder, and only plain files, folders and links are made.
 */
export function unpack(archive: string, into: string): void {
  const bytes = gunzipSync(readFileSync(archive), { maxOutputLength: mostBytes })
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512)
    if (header.every(byte => byte === 0)) return
    const entry = entryOf(header)
    const content = bytes.subarray(at + 512, at + 512 + entry.size)
    if (content.length !== entry.size) throw new ReleaseRefused('the package is cut off')
    place(entry, content, into)
    at += 512 + Math.ceil(entry.size / 512) * 512
  }
}

interface Entry {
  readonly path: string
  readonly type: string
  readonly mode: number
  readonly size: number
  readonly link: string
}

function entryOf(header: Buffer): Entry {
  const prefix = text(header, 345, 155)
  const name = text(header, 0, 100)
  return {
    path: inside(prefix === '' ? name : `${prefix}/${name}`),
    type: String.fromCharCode(header[156] ?? 0),
    mode: number(header, 100, 8) & 0o755,
    size: number(header, 124, 12),
    link: text(header, 157, 100),
  }
}

function place({ path, type, mode, link }: Entry, content: Buffer, into: string): void {
  const to = join(into, path)
  if (type === '5') return void mkdirSync(to, { recursive: true, mode: 0o755 })
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 })
  if (type === '0') return writeFileSync(to, content, { flag: 'wx', mode })
  if (type !== '2') throw new ReleaseRefused(`the package holds something that is no file: ${path}`)
  inside(join(dirname(path), link))
  if (link.startsWith('/')) throw new ReleaseRefused(`a link of the package leads out of it: ${path}`)
  symlinkSync(link, to)
}

function inside(path: string): string {
  const plain = normalize(path)
  if (path === '' || plain.startsWith('/') || plain === '..' || plain.startsWith('../') || path.includes('\\'))
    throw new ReleaseRefused('a name of the package leads out of it')
  return plain
}

function text(block: Buffer, at: number, length: number): string {
  const part = block.subarray(at, at + length)
  const end = part.indexOf(0)
  return part.toString('utf8', 0, end === -1 ? length : end)
}

function number(block: Buffer, at: number, length: number): number {
  const value = Number.parseInt(text(block, at, length).trim() || '0', 8)
  if (!Number.isSafeInteger(value) || value < 0) throw new ReleaseRefused('the package is damaged')
  return value
}
