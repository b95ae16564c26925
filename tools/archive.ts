import { gzipSync } from 'node:zlib'
import { sourceDate } from './source-date.ts'

/** A file of an archive. Paths are relative, with `/`; `link` is what a symbolic link says. */
export interface ArchiveFile {
  readonly path: string
  readonly mode?: number
  readonly content?: Buffer
  readonly link?: string
}

/** A gzipped `tarOf`. */
export function archiveOf(files: readonly ArchiveFile[]): Buffer {
  return gzipSync(tarOf(files), { level: 9 })
}

/** A tar(5) archive (ustar) that depends on nothing but the files: sorted, owned by root, one time for all. */
export function tarOf(files: readonly ArchiveFile[]): Buffer {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  const folders = [...new Set(sorted.flatMap(file => foldersOf(file.path)))].sort()
  const parts = folders.map(path => header({ path: `${path}/`, mode: 0o755 }, '5'))
  for (const file of sorted) {
    parts.push(header(file, file.link === undefined ? '0' : '2'))
    if (file.content !== undefined) parts.push(file.content, Buffer.alloc(-file.content.length & 511))
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)])
}

/** The folders above a path, outermost first. */
export function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function header({ path, mode = 0o644, content, link = '' }: ArchiveFile, type: string): Buffer {
  const block = Buffer.alloc(512)
  const cut = path.length <= 100 ? 0 : path.lastIndexOf('/', 155) + 1
  if (path.length - cut > 100 || link.length > 100) throw new Error(`too long a name for an archive: ${path}`)
  block.write(path.slice(cut), 0)
  block.write(octal(link === '' ? mode : 0o777, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(octal(content?.length ?? 0, 11), 124)
  block.write(octal(sourceDate(), 11), 136)
  block.write(type, 156)
  block.write(link, 157)
  block.write('ustar\x0000', 257, 'latin1')
  block.write('root', 265)
  block.write('root', 297)
  if (cut > 0) block.write(path.slice(0, cut - 1), 345)
  block.fill(' ', 148, 156)
  block.write(
    `${octal(
      block.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0`,
    148,
    'latin1',
  )
  return block
}

function octal(value: number, length: number): string {
  return value.toString(8).padStart(length, '0')
}
