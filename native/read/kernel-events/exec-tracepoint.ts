import { closeSync, readlinkSync } from 'node:fs'
import { type MemberOffset, readKernelTypes } from '../btf.ts'
import { ownProcDirectory } from '../own-proc.ts'
import { attachToTracepoint, createCounters, createRing, loadProgram, readCounters } from './bpf-calls.ts'
import { BpfProgram, type Register } from './bpf-program.ts'
import { openRing } from './ring.ts'

/** One program that was started, as the kernel knew it at that moment. */
export interface ExecRecord {
  /** Milliseconds after boot, time in suspend included. */
  readonly bootMs: number
  /** As this program's own pid namespace numbers it. */
  readonly pid: number
  /** Of the process that started it; 0 when it is of another pid namespace. */
  readonly parentPid: number
  /** Clock ticks after boot (field 22 of /proc/PID/stat). */
  readonly startTime: number
  readonly uid: number
  readonly gid: number
  /** Number of its cgroup: the inode of its directory. */
  readonly cgroup: bigint
  /** What was asked for, as it was written: the script and not its interpreter; cut at 255 bytes. */
  readonly file: Buffer
  /** argv, each ended by NUL; the first 4,096 bytes of `argumentBytes`. */
  readonly arguments: Buffer
  readonly argumentBytes: number
}

/** Programs as they start, until it is closed. */
export interface ExecTracepoint {
  /** Readable when records wait: for poll(2). */
  readonly descriptor: number
  /** Gives what waits, at most `most`. A record is only valid while it is looked at. */
  each(most: number, look: (record: ExecRecord) => void): number
  /** Programs for which there was no room since the beginning. */
  lost(): number
  close(): void
}

const tracepoint = 'sched_process_exec'
const fileBytes = 256
/** Most commands are short; a long one takes a record of its own kind. */
const [fewArguments, manyArguments] = [256, 4096]

const at = {
  time: 0,
  pid: 8,
  uid: 16,
  cgroup: 24,
  parent: 32,
  start: 40,
  argumentBytes: 48,
  file: 56,
  arguments: 56 + fileBytes,
}

/** The number of the first pid namespace of a machine (linux/proc_ns.h, PROC_PID_INIT_INO). */
const firstPidNamespace = 0xefff_fffc
/** Pid namespaces that may lie in each other (linux/pid_namespace.h, MAX_PID_NS_LEVEL). */
const deepestPidNamespace = 32

/** Number of the pid namespace that this program is in, where it is not the first. */
function ownPidNamespace(): number | undefined {
  const number = Number(/\d+/.exec(readlinkSync(`${ownProcDirectory()}/self/ns/pid`))?.[0])
  return number === firstPidNamespace ? undefined : number
}

/**
 * Tells of every program that is started on this machine, or in its pid namespace and those below, in containers too, by a program of ours at the kernel's tracepoint
 * `sched_process_exec`; it changes nothing and ends with its descriptor. Throws `SystemCallError` (EPERM without CAP_BPF and
 * CAP_PERFMON, EINVAL before Linux 5.8) and what reading the kernel's types throws.
 */
export function openExecTracepoint(ringBytes = 1 << 20, offsets = readKernelTypes()): ExecTracepoint {
  const opened: number[] = []
  const keep = (descriptor: number) => {
    opened.push(descriptor)
    return descriptor
  }
  const close = () => {
    for (const descriptor of opened.splice(0).reverse()) closeSync(descriptor)
  }
  try {
    const ringMap = keep(createRing(ringBytes))
    const counters = keep(createCounters(8))
    const ring = openRing(ringMap, ringBytes)
    try {
      const program = keep(loadProgram(execProgram(ringMap, counters, offsets, ownPidNamespace())))
      keep(attachToTracepoint(program, tracepoint))
    } catch (error) {
      ring.close()
      throw error
    }
    return {
      descriptor: ringMap,
      each: (most, look) => ring.each(most, record => look(execRecord(record))),
      lost: () => Number(readCounters(counters, 8).readBigUInt64LE(0)),
      close() {
        ring.close()
        close()
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Exported for its test. */
export function execRecord(record: Buffer): ExecRecord {
  const argumentBytes = Number(record.readBigUInt64LE(at.argumentBytes))
  const end = record.indexOf(0, at.file)
  return {
    bootMs: Number(record.readBigUInt64LE(at.time)) / 1e6,
    pid: record.readUInt32LE(at.pid),
    parentPid: record.readUInt32LE(at.parent),
    // USER_HZ is 100 on every architecture that we know.
    startTime: Number(record.readBigUInt64LE(at.start) / 10_000_000n),
    uid: record.readUInt32LE(at.uid),
    gid: record.readUInt32LE(at.uid + 4),
    cgroup: record.readBigUInt64LE(at.cgroup),
    file: record.subarray(at.file, end < 0 ? at.arguments : Math.min(end, at.arguments)),
    arguments: record.subarray(at.arguments, Math.min(record.length, at.arguments + argumentBytes)),
    argumentBytes,
  }
}

/** The registers that survive calls. */
const [context, record, task, size]: readonly Register[] = [6, 7, 8, 9]
const [argumentStart, argumentEnd, word, pid, parent, numbers] = [-8, -16, -24, -32, -40, -48]

function execProgram(ring: number, counters: number, offsetOf: MemberOffset, namespace: number | undefined): Buffer {
  const offset = (structure: string, ...members: string[]) => {
    for (const member of members) {
      const found = offsetOf(structure, member)
      if (found !== undefined) return found
    }
    throw new RangeError(`this kernel has no ${structure}.${members[0]}`)
  }
  const program = new BpfProgram()
  /** Eight bytes behind a pointer in a register, into the stack. */
  const read = (into: number, pointer: Register, distance: number) =>
    program.copy(3, pointer).add(3, distance).copy(1, 10).add(1, into).set(2, 8).call('probeReadKernel')
  program.copy(context, 1).load(task, context, 0)
  program.set(0, 0).store(10, pid, 0).store(10, parent, 0)
  pidOf('own', task, pid)
  // Of a pid namespace that this program cannot see into.
  if (namespace !== undefined) program.load(1, 10, pid).jumpIf(1, 'equal', 0, 'foreign')
  read(word, task, offset('task_struct', 'real_parent'))
  program.load(size, 10, word)
  pidOf('parent', size, parent)
  read(word, task, offset('task_struct', 'mm'))
  program.load(size, 10, word)
  read(argumentStart, size, offset('mm_struct', 'arg_start'))
  read(argumentEnd, size, offset('mm_struct', 'arg_end'))
  program.load(size, 10, argumentEnd).load(1, 10, argumentStart).subtractRegister(size, 1)
  program.jumpIf(size, 'greater', fewArguments, 'long')
  whole('short', fewArguments)
  program.label('long')
  whole('long', manyArguments)
  program.label('full').loadMapValue(1, counters, 0).set(2, 1).addAtomically(1, 0, 2)
  program.label('foreign').set(0, 0).exit()
  return program.assemble()

  /** The number of a process, as our pid namespace has it, into a zero on the stack. Zero stays where it has none there. */
  function pidOf(name: string, process: Register, place: number) {
    if (namespace === undefined) {
      program.copy(3, process).add(3, offset('task_struct', 'tgid'))
      program.copy(1, 10).add(1, place).set(2, 4).call('probeReadKernel')
      return
    }
    const [number, holder] = [offset('upid', 'nr'), offset('upid', 'ns')]
    read(word, process, offset('task_struct', 'group_leader'))
    program.load(1, 10, word)
    read(numbers, 1, offset('task_struct', 'thread_pid'))
    for (let level = 0; level < deepestPidNamespace; level++) {
      const first = offset('pid', 'numbers') + level * (holder + 8)
      program.set(0, 0).store(10, word, 0)
      program.load(3, 10, numbers).add(3, offset('pid', 'level'))
      program.copy(1, 10).add(1, word).set(2, 4).call('probeReadKernel')
      if (level > 0) program.load(1, 10, word).jumpIf(1, 'less', level, `${name}-known`)
      program.load(1, 10, numbers)
      read(word, 1, first + holder)
      program.load(3, 10, word).add(3, offset('pid_namespace', 'ns') + offset('ns_common', 'inum'))
      program.set(0, 0).store(10, word, 0)
      program.copy(1, 10).add(1, word).set(2, 4).call('probeReadKernel')
      program.load(1, 10, word).setUnsigned(2, namespace)
      program.jumpUnlessSame(1, 2, `${name}-${level}`)
      program.load(3, 10, numbers).add(3, first + number)
      program.copy(1, 10).add(1, place).set(2, 4).call('probeReadKernel').jump(`${name}-known`)
      program.label(`${name}-${level}`)
    }
    program.label(`${name}-known`)
  }

  /** Takes room, fills it and gives it away; the verifier wants its size to be a number in the program. */
  function whole(name: string, room: number) {
    program
      .loadMap(1, ring)
      .set(2, at.arguments + room)
      .set(3, 0)
      .call('ringbufReserve')
    program.jumpIf(0, 'equal', 0, 'full').copy(record, 0)
    program.call('ktimeGetBootNs').store(record, at.time, 0)
    program.call('getCurrentUidGid').store(record, at.uid, 0)
    program.call('getCurrentCgroupId').store(record, at.cgroup, 0)
    program.store(record, at.argumentBytes, size)
    program.load(1, 10, pid).store(record, at.pid, 1).load(1, 10, parent).store(record, at.parent, 1)
    program.copy(3, task).add(3, offset('task_struct', 'start_boottime', 'real_start_time'))
    program.copy(1, record).add(1, at.start).set(2, 8).call('probeReadKernel')
    program.load(3, context, 16).add(3, offset('linux_binprm', 'filename'))
    program.copy(1, 10).add(1, word).set(2, 8).call('probeReadKernel')
    program.copy(1, record).add(1, at.file).set(2, fileBytes).load(3, 10, word).call('probeReadKernelString')
    program.jumpIf(size, 'greater', room, `${name}-cut`)
    program.copy(2, size).jump(`${name}-read`)
    program.label(`${name}-cut`).set(2, room)
    program.label(`${name}-read`).copy(1, record).add(1, at.arguments).load(3, 10, argumentStart).call('probeReadUser')
    program.copy(1, record).set(2, 0).call('ringbufSubmit').set(0, 0).exit()
  }
}
