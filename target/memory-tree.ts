import { createHash } from 'node:crypto'
import { decodeBytes, encodeBytes } from './bytes.ts'
import type { GapList } from './gap-list.ts'
import { defaultDigestBytes, defaultNames, defaultReadBytes, moreBytes, moreNames, tooLongForDigest } from './limits.ts'
import type { FileStat, FileTree, HashAlgorithm } from './target.ts'

/** One entry of a memory target. Without `type` and `link` it is a file. */
export interface MemoryFile {
  /** A string is in the form of `decodeBytes`, so lone surrogates U+DC80–U+DCFF become single bytes. */
  readonly content?: string | Buffer
  /**
   * Makes it a symlink that says this. With `content` or `type` as well it is one of /proc's magic links: it says the one
   * and opens the other.
   */
  readonly link?: string
  readonly type?: FileStat['type']
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  /** ISO 8601, as the next two. */
  readonly modified?: string
  readonly changed?: string
  readonly created?: string
  readonly attributes?: readonly ('immutable' | 'append')[]
  /** It is there and may not be read: a gap. */
  readonly unreadable?: true
}

export const memoryEpoch = '2026-01-01T00:00:00Z'
const mostLinks = 40

interface Node {
  readonly stat: FileStat
  readonly content: Buffer
  readonly link?: string
  /** Where a magic link leads. */
  readonly opens?: Node
  readonly children?: Map<string, Node>
  readonly attributes: readonly ('immutable' | 'append')[]
  readonly unreadable: boolean
}

interface Found {
  readonly node: Node
  readonly path: string
}

/** A file tree out of a table, for tests. Directories above an entry are there by themselves. */
export function memoryTree(files: Readonly<Record<string, string | Buffer | MemoryFile>>, gaps: GapList): FileTree {
  const root = plant(files)
  const find = (path: string, followLast = true) => resolve(root, path, followLast)?.node
  const readable = (path: string, type: FileStat['type']): Node | undefined => {
    const node = find(path)
    if (node?.stat.type !== type) return undefined
    if (node.unreadable) gaps.addFile(path, 'permission denied')
    return node.unreadable ? undefined : node
  }

  const hashable = (path: string, limit: number): Buffer | undefined => {
    const content = readable(path, 'file')?.content
    if (content === undefined || content.length <= limit) return content
    gaps.addFile(path, tooLongForDigest(limit))
    return undefined
  }

  const read: FileTree['read'] = (path, limit = defaultReadBytes, cut = 'gap') => {
    const content = readable(path, 'file')?.content
    if (content !== undefined && content.length > limit && cut === 'gap') gaps.addFile(path, moreBytes(limit))
    return content === undefined ? undefined : Buffer.from(content.subarray(0, limit))
  }
  return {
    read,
    text: (path, limit) => {
      const bytes = read(path, limit)
      return bytes === undefined ? undefined : decodeBytes(bytes)
    },
    stat: path => find(path)?.stat,
    lstat: path => find(path, false)?.stat,
    list: (path, limit = defaultNames) => {
      const children = readable(path, 'directory')?.children
      if (children === undefined) return undefined
      if (children.size > limit) gaps.addFile(path, moreNames(limit))
      return [...children.keys()].slice(0, limit).sort()
    },
    slice: (path, offset, length) => {
      const content = readable(path, 'file')?.content
      return content === undefined
        ? undefined
        : Buffer.from(content.subarray(Math.max(0, offset), Math.max(0, offset) + length))
    },
    readLink: path => find(path, false)?.link,
    realPath: path => resolve(root, path, true)?.path,
    digest: (path, limit = defaultDigestBytes) => {
      const content = hashable(path, limit)
      if (content === undefined) return undefined
      return { sha256: hashOf('sha256', content), md5: hashOf('md5', content), size: content.length }
    },
    hash: (path, algorithm, limit = defaultDigestBytes) => {
      const content = hashable(path, limit)
      return content === undefined ? undefined : hashOf(algorithm, content)
    },
    attributes: path => [...(find(path)?.attributes ?? [])],
  }
}

function hashOf(algorithm: HashAlgorithm, content: Buffer): string {
  return createHash(algorithm).update(content).digest('hex')
}

function resolve(root: Node, path: string, followLast: boolean): Found | undefined {
  if (path === '') return undefined
  const left = components(path).reverse()
  const above: Found[] = []
  let here: Found = { node: root, path: '' }
  for (let links = 0; left.length > 0; ) {
    const name = left.pop() ?? '.'
    if (here.node.children === undefined) return undefined
    if (name === '.') continue
    if (name === '..') {
      here = above.pop() ?? here
      continue
    }
    const node = here.node.children.get(name)
    if (node === undefined) return undefined
    if (node.link === undefined || (left.length === 0 && !followLast)) {
      above.push(here)
      here = { node, path: `${here.path}/${name}` }
      continue
    }
    links++
    if (links > mostLinks || node.link === '') return undefined
    if (node.opens !== undefined) {
      above.push(here)
      here = { node: node.opens, path: `${here.path}/${name}` }
      continue
    }
    if (node.link.startsWith('/')) {
      here = { node: root, path: '' }
      above.length = 0
    }
    left.push(...components(node.link).reverse())
  }
  return { node: here.node, path: here.path === '' ? '/' : here.path }
}

/** A slash at the end asks for a directory, as `.` does. */
function components(path: string): string[] {
  const names = path.split('/').filter(name => name !== '')
  return path.endsWith('/') ? [...names, '.'] : names
}

function plant(files: Readonly<Record<string, string | Buffer | MemoryFile>>): Node {
  let inode = 1
  const directory = (file: MemoryFile) => makeNode({ ...file, type: 'directory' }, inode++, '')
  const root = directory(entryOf(files['/'] ?? {}))
  for (const path of Object.keys(files).sort()) {
    const names = components(path).filter(name => name !== '.')
    const last = names.pop()
    if (last === undefined) continue
    let parent = root
    for (const name of names) {
      let next = parent.children?.get(name)
      if (next === undefined) {
        next = directory({})
        parent.children?.set(name, next)
      }
      if (next.children === undefined)
        throw new Error(`memory target: ${path} lies below something that is no directory`)
      parent = next
    }
    const file = entryOf(files[path] ?? {})
    if (file.type !== 'directory' || !parent.children?.has(last)) {
      parent.children?.set(last, makeNode(file, inode++, path))
    }
  }
  return root
}

function entryOf(file: string | Buffer | MemoryFile): MemoryFile {
  return typeof file === 'string' || Buffer.isBuffer(file) ? { content: file } : file
}

function makeNode(file: MemoryFile, inode: number, path: string): Node {
  const { link, ...target } = file
  const magic = link !== undefined && (file.content !== undefined || (file.type ?? 'symlink') !== 'symlink')
  const type = link !== undefined ? 'symlink' : (file.type ?? 'file')
  const bytes = link ?? file.content ?? ''
  const content = typeof bytes === 'string' ? encodeBytes(bytes) : bytes
  const modifiedMs = Date.parse(file.modified ?? memoryEpoch)
  return {
    content,
    attributes: file.attributes ?? [],
    unreadable: file.unreadable ?? false,
    ...(link === undefined ? {} : { link }),
    ...(magic ? { opens: makeNode(target, inode + 0.5, path) } : {}),
    ...(type === 'directory' ? { children: new Map<string, Node>() } : {}),
    stat: {
      type,
      // The kernel says 0 for everything in /proc, so nobody may rely on it there.
      size: type === 'directory' ? 4096 : path.startsWith('/proc/') ? 0 : content.length,
      uid: file.uid ?? 0,
      gid: file.gid ?? 0,
      mode: file.mode ?? (type === 'directory' ? 0o755 : type === 'symlink' ? 0o777 : 0o644),
      modifiedMs,
      changedMs: file.changed === undefined ? modifiedMs : Date.parse(file.changed),
      createdMs: file.created === undefined ? undefined : Date.parse(file.created),
      inode,
      device: 1,
      linkCount: 1,
    },
  }
}
