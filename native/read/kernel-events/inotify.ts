import { closeSync } from 'node:fs'
import { SystemCallError } from '../../libc.ts'
import { checked, lazily, terminated } from '../system-call.ts'
import { changeBits, changesIn, everyChange } from './change-bits.ts'
import type { FileChanges } from './file-changes.ts'

/** IN_NONBLOCK, IN_CLOEXEC. */
const flags = 0o4000 | 0o2000000
/** linux/inotify.h. */
const [ignored, onlyDirectory] = [0x8000, 0x0100_0000]
const wanted = everyChange | onlyDirectory
const headBytes = 16
const bufferBytes = 64 << 10

const inotifyInit = lazily('inotify_init1', 'int32', ['int32'])
const addWatch = lazily('inotify_add_watch', 'int32', ['int32', 'pointer', 'uint32'])
const removeWatch = lazily('inotify_rm_watch', 'int32', ['int32', 'int32'])
const read = lazily('read', 'int64', ['int32', 'pointer', 'uint64'])

/** Changes by inotify(7): for kernels and file systems that fanotify cannot name. It does not tell who. Throws `SystemCallError`. */
export function openInotify(): FileChanges {
  const descriptor = checked('inotify_init1', inotifyInit(flags))
  const buffer = Buffer.alloc(bufferBytes)
  const watched = new Map<number, string>()
  let lost = 0
  return {
    source: 'inotify',
    descriptor,
    watch(directory, path = Buffer.from(directory)) {
      watched.set(checked('inotify_add_watch', addWatch(descriptor, terminated(path), wanted)), directory)
    },
    leave(directory) {
      for (const [number, name] of watched) {
        if (name !== directory) continue
        watched.delete(number)
        removeWatch(descriptor, number)
      }
    },
    each(look) {
      let length: number
      try {
        length = checked('read', read(descriptor, buffer, BigInt(buffer.length)))
      } catch (error) {
        if (error instanceof SystemCallError && ['EAGAIN', 'EINTR'].includes(error.code)) return
        throw error
      }
      for (let at = 0; at + headBytes <= length; ) {
        const [number, mask, nameBytes] = [
          buffer.readInt32LE(at),
          buffer.readUInt32LE(at + 4),
          buffer.readUInt32LE(at + 12),
        ]
        const text = buffer.subarray(at + headBytes, at + headBytes + nameBytes)
        at += headBytes + nameBytes
        if ((mask & changeBits.overflow) !== 0) lost++
        if ((mask & ignored) !== 0) watched.delete(number)
        const directory = watched.get(number)
        if (directory === undefined) continue
        const end = text.indexOf(0)
        const name = Buffer.from(end < 0 ? text : text.subarray(0, end))
        for (const change of changesIn(mask))
          look({ directory, name, change, isDirectory: (mask & changeBits.isDirectory) !== 0, pid: 0 })
      }
    },
    lost: () => lost,
    close: () => closeSync(descriptor),
  }
}
