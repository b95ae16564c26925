import { createHash } from 'node:crypto'
import { defaultConfig } from '../../cli/agent-config-path.ts'
import { packagedProgram } from '../../cli/program-name.ts'
import { type ArchiveFile, foldersOf } from '../archive.ts'
import { sourceDate } from '../source-date.ts'
import type { CpioEntry } from './cpio.ts'
import { int16, int32, type Tags, texts } from './rpm-header.ts'

/** A file, link or folder of an RPM package. */
export interface RpmFile {
  /** From `/`. */
  readonly path: string
  readonly mode: number
  readonly content: Buffer
  readonly link: string
}

const kinds = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const
/** Folders of the package, and of other programs that may not be there: several packages may have one. */
const owned = [
  packagedProgram,
  '/etc/davylamp',
  '/usr/share/doc/davylamp',
  '/usr/share/bash-completion',
  '/usr/share/fish',
  '/usr/share/zsh',
]

/** Files with the folders that are the package's own, sorted as RPM wants it: by the bytes of their whole paths. */
export function rpmFiles(files: readonly ArchiveFile[]): RpmFile[] {
  const folders = new Set(files.flatMap(file => foldersOf(file.path)).map(folder => `/${folder}`))
  const own = [...folders].filter(folder => owned.some(one => folder === one || folder.startsWith(`${one}/`)))
  return [
    ...own.map(path => ({ path, mode: kinds.folder | 0o755, content: Buffer.alloc(0), link: '' })),
    ...files.map(({ path, mode = 0o644, content = Buffer.alloc(0), link }) => ({
      path: `/${path}`,
      mode: link === undefined ? kinds.file | mode : kinds.link | 0o777,
      content: link === undefined ? content : Buffer.from(link),
      link: link ?? '',
    })),
  ].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
}

export function cpioEntries(files: readonly RpmFile[]): CpioEntry[] {
  return files.map(({ path, mode, content }, at) => ({
    path: `.${path}`,
    mode,
    inode: at + 1,
    modified: sourceDate(),
    content,
  }))
}

/** What the header says of the files: one list a property (RPMTAG_* of rpmtag.h). */
export function fileTags(files: readonly RpmFile[]): Tags {
  const folders = [...new Set(files.map(file => folderOf(file.path)))]
  const each = <T>(what: (file: RpmFile, at: number) => T) => files.map(what)
  return {
    1028: int32(...each(file => file.content.length)),
    1030: int16(...each(file => file.mode)),
    1033: int16(...each(() => 0)),
    1034: int32(...each(() => sourceDate())),
    1035: texts(...each(digestOf)),
    1036: texts(...each(file => file.link)),
    1037: int32(...each(flagsOf)),
    1039: texts(...each(() => 'root')),
    1040: texts(...each(() => 'root')),
    1045: int32(...each(() => -1)),
    1095: int32(...each(() => 1)),
    1096: int32(...each((_, at) => at + 1)),
    1097: texts(...each(() => '')),
    1116: int32(...each(file => folders.indexOf(folderOf(file.path)))),
    1117: texts(...each(file => file.path.slice(folderOf(file.path).length))),
    1118: texts(...folders),
    5011: int32(8), // SHA-256
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

function digestOf({ mode, content }: RpmFile): string {
  return (mode & 0o170000) === kinds.file ? createHash('sha256').update(content).digest('hex') : ''
}

/** RPMFILE_CONFIG with RPMFILE_NOREPLACE, and RPMFILE_DOC. */
function flagsOf({ path, mode }: RpmFile): number {
  if (path === defaultConfig) return 1 | 16
  const read = path.startsWith('/usr/share/doc/') || path.startsWith('/usr/share/man/')
  return read && (mode & 0o170000) === kinds.file ? 2 : 0
}
