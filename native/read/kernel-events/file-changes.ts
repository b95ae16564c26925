import { closeSync } from 'node:fs'
import { SystemCallError } from '../../libc.ts'
import { checked, lazily, terminated } from '../system-call.ts'
import { changeBits, changesIn, everyChange } from './change-bits.ts'

/** linux/fanotify.h. */
const init = { closeOnExec: 0x1, nonBlocking: 0x2, directoryHandle: 0x400, name: 0x800 }
const mark = { add: 0x1, remove: 0x2, onlyDirectory: 0x8 }
const onChild = 0x0800_0000
const wanted = BigInt(everyChange | changeBits.isDirectory | onChild)
const headBytes = 24
const directoryAndName = 2
const currentDirectory = -100
const bufferBytes = 64 << 10
const longestHandle = 128

const fanotifyInit = lazily('fanotify_init', 'int32', ['uint32', 'uint32'])
const fanotifyMark = lazily('fanotify_mark', 'int32', ['int32', 'uint32', 'uint64', 'int32', 'pointer'])
const read = lazily('read', 'int64', ['int32', 'pointer', 'uint64'])
const nameToHandle = lazily('name_to_handle_at', 'int32', ['int32', 'pointer', 'pointer', 'pointer', 'int32'])
const statfs = lazily('statfs', 'int32', ['pointer', 'pointer'])

export type FileChange = 'written' | 'created' | 'moved-in' | 'moved-out' | 'deleted' | 'attributes'

/** Something in a watched directory changed. */
export interface FileChangeRecord {
  /** What the directory was called when it was given. */
  readonly directory: string
  /** Name of what changed in it; empty for the directory itself. */
  readonly name: Buffer
  readonly change: FileChange
  readonly isDirectory: boolean
  /** Who did it, as our pid namespace has it; 0 for one of another namespace, or where the source does not tell. */
  readonly pid: number
}

/** Changes in directories, until it is closed. */
export interface FileChanges {
  readonly source: 'fanotify' | 'inotify'
  readonly descriptor: number
  /** `path` where the name is none in UTF-8. Throws `SystemCallError`: ENOENT, ENOTDIR, EOPNOTSUPP on file systems without handles. */
  watch(directory: string, path?: Uint8Array): void
  leave(directory: string): void
  /** Gives what waits. */
  each(look: (record: FileChangeRecord) => void): void
  /** Times at which the kernel had no room. */
  lost(): number
  close(): void
}

/**
 * Changes by fanotify(7) with FAN_REPORT_DFID_NAME (Linux 5.9), which names the process. It only tells: nobody waits for us.
 * Throws `SystemCallError`: EPERM without CAP_SYS_ADMIN, EINVAL in older kernels.
 */
export function openFileChanges(): FileChanges {
  const flags = init.closeOnExec | init.nonBlocking | init.directoryHandle | init.name
  const descriptor = checked('fanotify_init', fanotifyInit(flags, 0))
  const buffer = Buffer.alloc(bufferBytes)
  const byHandle = new Map<string, string>()
  const watched = new Map<string, { handle: string; path: Uint8Array }>()
  let lost = 0
  const change = (what: number, path: Uint8Array) =>
    checked(
      'fanotify_mark',
      fanotifyMark(descriptor, what | mark.onlyDirectory, wanted, currentDirectory, terminated(path)),
    )
  return {
    source: 'fanotify',
    descriptor,
    watch(directory, path = Buffer.from(directory)) {
      const handle = handleOf(path)
      change(mark.add, path)
      byHandle.set(handle, directory)
      watched.set(directory, { handle, path })
    },
    leave(directory) {
      const one = watched.get(directory)
      if (one === undefined) return
      watched.delete(directory)
      byHandle.delete(one.handle)
      try {
        change(mark.remove, one.path)
      } catch (error) {
        // It was deleted, or another one has its name.
        if (!(error instanceof SystemCallError) || !['ENOENT', 'ENOTDIR', 'ENODEV'].includes(error.code)) throw error
      }
    },
    each(look) {
      for (;;) {
        let length: number
        try {
          length = checked('read', read(descriptor, buffer, BigInt(buffer.length)))
        } catch (error) {
          if (error instanceof SystemCallError && ['EAGAIN', 'EINTR'].includes(error.code)) return
          throw error
        }
        for (const event of eventsIn(buffer.subarray(0, length))) {
          if (event.overflow) lost++
          const directory = byHandle.get(event.handle)
          if (directory === undefined) continue
          for (const kind of event.changes)
            look({ directory, name: event.name, change: kind, isDirectory: event.isDirectory, pid: event.pid })
        }
        if (length < buffer.length / 2) return
      }
    },
    lost: () => lost,
    close: () => closeSync(descriptor),
  }
}

interface FanotifyEvent {
  readonly handle: string
  readonly name: Buffer
  readonly changes: readonly FileChange[]
  readonly isDirectory: boolean
  readonly overflow: boolean
  readonly pid: number
}

/** Exported for its test. What is cut or of another kind gives nothing. */
export function eventsIn(bytes: Buffer): FanotifyEvent[] {
  const events: FanotifyEvent[] = []
  for (let at = 0; at + headBytes <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    if (length < headBytes || at + length > bytes.length) break
    const mask = bytes.readUInt32LE(at + 8)
    const information = informationIn(bytes.subarray(at + headBytes, at + length))
    events.push({
      handle: information?.handle ?? '',
      name: Buffer.from(information?.name ?? []),
      changes: changesIn(mask),
      isDirectory: (mask & changeBits.isDirectory) !== 0,
      overflow: (mask & changeBits.overflow) !== 0,
      pid: bytes.readInt32LE(at + 20),
    })
    at += length
  }
  return events
}

/** `struct fanotify_event_info_fid` with a directory's handle and a name behind it. */
function informationIn(bytes: Buffer): { handle: string; name: Buffer } | undefined {
  for (let at = 0; at + 20 <= bytes.length; ) {
    const [type, length] = [bytes[at], bytes.readUInt16LE(at + 2)]
    if (length < 20 || at + length > bytes.length) return undefined
    const handleBytes = bytes.readUInt32LE(at + 12)
    const end = at + 20 + handleBytes
    if (type === directoryAndName && end <= at + length) {
      const text = bytes.subarray(end, at + length)
      const stop = text.indexOf(0)
      const name = stop < 0 ? text : text.subarray(0, stop)
      // The directory itself is called `.`.
      return { handle: bytes.toString('latin1', at + 4, end), name: name.equals(itself) ? Buffer.alloc(0) : name }
    }
    at += length
  }
  return undefined
}

const itself = Buffer.from('.')

/** File system and handle of a directory, as events name it: fsid, length and kind of the handle, and the handle. */
function handleOf(directory: Uint8Array): string {
  const path = terminated(directory)
  const handle = Buffer.alloc(8 + longestHandle)
  const mount = Buffer.alloc(64)
  handle.writeUInt32LE(longestHandle, 0)
  checked('name_to_handle_at', nameToHandle(currentDirectory, path, handle, mount, 0))
  const system = Buffer.alloc(256)
  checked('statfs', statfs(path, system))
  const bytes = handle.readUInt32LE(0)
  // f_fsid of struct statfs on 64-bit machines.
  return system.toString('latin1', 56, 64) + handle.toString('latin1', 0, 8 + bytes)
}
