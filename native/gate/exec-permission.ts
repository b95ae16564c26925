import { closeSync } from 'node:fs'
import { SystemCallError } from '../libc.ts'
import { checked, lazily, terminated } from '../read/system-call.ts'

/** Constants of linux/fanotify.h. */
const init = { closeOnExec: 0x1, nonBlocking: 0x2, beforeContent: 0x4, unlimitedQueue: 0x10, unlimitedMarks: 0x20 }
const mark = { add: 0x1, remove: 0x2, ignored: 0x20, flush: 0x80, fileSystem: 0x100, evictable: 0x200 }
const openExecPermission = 0x40000n
const queueOverflow = 0x4000
const currentDirectory = -100
/** O_LARGEFILE, O_CLOEXEC and O_NOATIME of the files that come with questions. */
const fileFlags = (process.arch === 'arm64' ? 0o400000 : 0o100000) | 0o2000000 | 0o1000000
const [allow, deny] = [1, 2]
const headBytes = 24
/** Each question takes a descriptor until it is answered; where none is left the kernel says no by itself. */
const mostAtOnce = 64
const formatVersion = 3

const fanotifyInit = lazily('fanotify_init', 'int32', ['uint32', 'uint32'])
const fanotifyMark = lazily('fanotify_mark', 'int32', ['int32', 'uint32', 'uint64', 'int32', 'pointer'])
const read = lazily('read', 'int64', ['int32', 'pointer', 'uint64'])
const write = lazily('write', 'int64', ['int32', 'pointer', 'uint64'])

/** Somebody wants to start the program in an open file, and waits. */
export interface ExecQuestion {
  /** The file, open for reading; it belongs to the gate and is closed by the answer. */
  readonly file: number
  /** Who asks, as our pid namespace has it; 0 for one of another namespace. */
  readonly pid: number
}

/** Decides over each exec of the marked file systems, until it is closed: whatever waits then goes on. */
export interface ExecGate {
  /** Readable when questions wait: for poll(2). */
  readonly descriptor: number
  /** All execs from the file system that a path lies on, whoever's mount namespace it is reached in. Throws `SystemCallError`. */
  guard(path: string | Buffer): void
  leave(path: string | Buffer): void
  /** The questions that wait. Every one must be answered. */
  questions(): ExecQuestion[]
  /** `remembered`: this file is not asked about again until somebody writes to it. */
  answer(question: ExecQuestion, verdict: 'allow' | 'deny', remembered?: boolean): void
  /** The file system of a question's file passes unasked questions no more: forgets what `remembered` kept. */
  forget(path: string | Buffer): void
  /** The same of all files. What is guarded stays guarded. */
  forgetAll(): void
  close(): void
}

/**
 * fanotify(7) with FAN_OPEN_EXEC_PERM (Linux 5.0). Not seen by it: executables in memory (memfd), programs that are loaded by
 * `ld.so ./file`, scripts as such (their interpreter is). A process that holds this and does not answer stops others, so
 * that it must end when it hangs: see `selfDestruct`. Throws `SystemCallError`: EPERM without CAP_SYS_ADMIN, EINVAL or
 * ENOSYS where the kernel has no such questions.
 */
export function openExecGate(): ExecGate {
  const flags = init.closeOnExec | init.nonBlocking | init.beforeContent | init.unlimitedQueue | init.unlimitedMarks
  const descriptor = checked('fanotify_init', fanotifyInit(flags, fileFlags))
  const buffer = Buffer.alloc(mostAtOnce * headBytes)
  const reply = Buffer.alloc(64)
  const change = (what: number, path: string | Buffer) => {
    const name = terminated(typeof path === 'string' ? Buffer.from(path) : path)
    checked('fanotify_mark', fanotifyMark(descriptor, what, openExecPermission, currentDirectory, name))
  }
  /** Linux before 5.19 has no marks that go when memory is short. */
  let ignoring = mark.add | mark.ignored | mark.evictable
  const remember = (file: number) => {
    const name = `/proc/self/fd/${file}`
    try {
      change(ignoring, name)
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error
      if (error.code !== 'EINVAL' || (ignoring & mark.evictable) === 0) return
      ignoring &= ~mark.evictable
      remember(file)
    }
  }
  return {
    descriptor,
    guard: path => change(mark.add | mark.fileSystem, path),
    leave: path => change(mark.remove | mark.fileSystem, path),
    forget: path => change(mark.remove | mark.ignored, path),
    // Without a word about file systems it means the marks of single files only.
    forgetAll: () => void checked('fanotify_mark', fanotifyMark(descriptor, mark.flush, 0n, currentDirectory, null)),
    questions() {
      try {
        const length = checked('read', read(descriptor, buffer, BigInt(buffer.length)))
        return questionsIn(buffer.subarray(0, length))
      } catch (error) {
        if (error instanceof SystemCallError && ['EAGAIN', 'EINTR'].includes(error.code)) return []
        throw error
      }
    },
    answer({ file }, verdict, remembered = false) {
      try {
        if (remembered && verdict === 'allow') remember(file)
      } finally {
        reply.writeInt32LE(file, 0)
        reply.writeUInt32LE(verdict === 'allow' ? allow : deny, 4)
        try {
          // ENOENT: the one who asked was killed meanwhile.
          write(descriptor, reply, 8n)
        } finally {
          closeSync(file)
        }
      }
    },
    close: () => closeSync(descriptor),
  }
}

/** Exported for its test. Throws `RangeError` for a kernel that speaks another version. */
export function questionsIn(bytes: Buffer): ExecQuestion[] {
  const questions: ExecQuestion[] = []
  for (let at = 0; at + headBytes <= bytes.length; ) {
    const length = bytes.readUInt32LE(at)
    if (length < headBytes || at + length > bytes.length) break
    if (bytes[at + 4] !== formatVersion) throw new RangeError(`fanotify speaks version ${bytes[at + 4]}`)
    const file = bytes.readInt32LE(at + 16)
    if (file >= 0 && (bytes.readUInt32LE(at + 8) & queueOverflow) === 0)
      questions.push({ file, pid: bytes.readInt32LE(at + 20) })
    at += length
  }
  return questions
}
