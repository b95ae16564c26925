import type { MemberOffset } from '../btf.ts'
import { BpfProgram, type Register } from './bpf-program.ts'

const fileBytes = 256
/** Most commands are short; a long one takes a record of its own kind. */
const [fewArguments, manyArguments] = [256, 4096]

/** Where the words of a record are that tells of a program. Those of a new process are the same up to `start`. */
export const at = {
  time: 0,
  pid: 8,
  parent: 16,
  start: 24,
  uid: 32,
  cgroup: 40,
  argumentBytes: 48,
  file: 56,
  arguments: 56 + fileBytes,
}
export const forkBytes = at.uid

/** Pid namespaces that may lie in each other (linux/pid_namespace.h, MAX_PID_NS_LEVEL). */
const deepestPidNamespace = 32
/** linux/bpf.h, BPF_RB_NO_WAKEUP. */
const wakeNobody = 1

/** The registers that survive calls. */
const [context, record, task, size] = [6, 7, 8, 9] as const
/** Places on the stack. */
const [argumentStart, argumentEnd, word, pid, parent, numbers] = [-8, -16, -24, -32, -40, -48]

export interface TracepointSurroundings {
  readonly ring: number
  readonly counters: number
  readonly offsets: MemberOffset
  /** Number of our pid namespace where it is not the machine's first: what is outside of it is left out. */
  readonly namespace: number | undefined
}

/** Our programs at the kernel's tracepoints for processes (include/trace/events/sched.h). They only read. */
export class TracepointPrograms {
  readonly #given: TracepointSurroundings

  constructor(given: TracepointSurroundings) {
    this.#given = given
  }

  /** For `sched_process_exec`: the task, its former number, and `struct linux_binprm`. */
  exec(): Buffer {
    const program = new BpfProgram()
    program.copy(context, 1).load(task, context, 0)
    this.#pidOf(program, 'own', task, pid)
    program.load(1, 10, pid).jumpIf(1, 'equal', 0, 'end')
    this.#read(program, word, task, this.#offset('task_struct', 'real_parent'))
    program.load(size, 10, word)
    this.#pidOf(program, 'parent', size, parent)
    this.#read(program, word, task, this.#offset('task_struct', 'mm'))
    program.load(size, 10, word)
    this.#read(program, argumentStart, size, this.#offset('mm_struct', 'arg_start'))
    this.#read(program, argumentEnd, size, this.#offset('mm_struct', 'arg_end'))
    program.load(size, 10, argumentEnd).load(1, 10, argumentStart).subtractRegister(size, 1)
    program.jumpIf(size, 'greater', fewArguments, 'long')
    this.#execRecord(program, 'short', fewArguments)
    program.label('long')
    this.#execRecord(program, 'long', manyArguments)
    return this.#ended(program)
  }

  /** For `sched_process_fork`: the task that makes another one, and that. */
  fork(): Buffer {
    const program = new BpfProgram()
    program.copy(context, 1).load(task, context, 8)
    // A new thread is no new process.
    for (const [place, member] of [
      [pid, 'pid'],
      [parent, 'tgid'],
    ] as const)
      this.#readHalf(program, place, task, this.#offset('task_struct', member))
    program.load(1, 10, pid).load(2, 10, parent).jumpUnlessSame(1, 2, 'end')
    this.#pidOf(program, 'own', task, pid)
    program.load(1, 10, pid).jumpIf(1, 'equal', 0, 'end')
    program.load(size, context, 0)
    this.#pidOf(program, 'parent', size, parent)
    this.#begin(program, forkBytes)
    program.copy(1, record).set(2, wakeNobody).call('ringbufSubmit').set(0, 0).exit()
    return this.#ended(program)
  }

  #ended(program: BpfProgram): Buffer {
    program.label('full').loadMapValue(1, this.#given.counters, 0).set(2, 1).addAtomically(1, 0, 2)
    return program.label('end').set(0, 0).exit().assemble()
  }

  /** Takes room and writes what both kinds of records begin with. The verifier wants the size to be a number in the program. */
  #begin(program: BpfProgram, bytes: number): void {
    program.loadMap(1, this.#given.ring).set(2, bytes).set(3, 0).call('ringbufReserve')
    program.jumpIf(0, 'equal', 0, 'full').copy(record, 0)
    program.call('ktimeGetBootNs').store(record, at.time, 0)
    program.load(1, 10, pid).store(record, at.pid, 1).load(1, 10, parent).store(record, at.parent, 1)
    program.copy(3, task).add(3, this.#offset('task_struct', 'start_boottime', 'real_start_time'))
    program.copy(1, record).add(1, at.start).set(2, 8).call('probeReadKernel')
  }

  #execRecord(program: BpfProgram, name: string, room: number): void {
    this.#begin(program, at.arguments + room)
    program.call('getCurrentUidGid').store(record, at.uid, 0)
    program.call('getCurrentCgroupId').store(record, at.cgroup, 0)
    program.store(record, at.argumentBytes, size)
    program.load(1, context, 16)
    this.#read(program, word, 1, this.#offset('linux_binprm', 'filename'))
    program.copy(1, record).add(1, at.file).set(2, fileBytes).load(3, 10, word).call('probeReadKernelString')
    program.jumpIf(size, 'greater', room, `${name}-cut`)
    program.copy(2, size).jump(`${name}-read`)
    program.label(`${name}-cut`).set(2, room)
    program.label(`${name}-read`).copy(1, record).add(1, at.arguments).load(3, 10, argumentStart).call('probeReadUser')
    program.copy(1, record).set(2, 0).call('ringbufSubmit').set(0, 0).exit()
  }

  /** The number of a process, as our pid namespace has it, onto the stack; zero where it has none there. */
  #pidOf(program: BpfProgram, name: string, process: Register, place: number): void {
    const { namespace } = this.#given
    if (namespace === undefined) {
      this.#readHalf(program, place, process, this.#offset('task_struct', 'tgid'))
      return
    }
    const [number, holder] = [this.#offset('upid', 'nr'), this.#offset('upid', 'ns')]
    const inum = this.#offset('pid_namespace', 'ns') + this.#offset('ns_common', 'inum')
    program.set(0, 0).store(10, place, 0)
    this.#read(program, word, process, this.#offset('task_struct', 'group_leader'))
    program.load(1, 10, word)
    this.#read(program, numbers, 1, this.#offset('task_struct', 'thread_pid'))
    for (let level = 0; level < deepestPidNamespace; level++) {
      const entry = this.#offset('pid', 'numbers') + level * (holder + 8)
      program.load(1, 10, numbers)
      this.#readHalf(program, word, 1, this.#offset('pid', 'level'))
      if (level > 0) program.load(1, 10, word).jumpIf(1, 'less', level, `${name}-known`)
      program.load(1, 10, numbers)
      this.#read(program, word, 1, entry + holder)
      program.load(1, 10, word)
      this.#readHalf(program, word, 1, inum)
      program.load(1, 10, word).setUnsigned(2, namespace).jumpUnlessSame(1, 2, `${name}-${level}`)
      program.load(1, 10, numbers)
      this.#readHalf(program, place, 1, entry + number)
      program.jump(`${name}-known`).label(`${name}-${level}`)
    }
    program.label(`${name}-known`)
  }

  /** Eight bytes behind a pointer in a register, onto the stack. */
  #read(program: BpfProgram, place: number, pointer: Register, distance: number): void {
    program.copy(3, pointer).add(3, distance).copy(1, 10).add(1, place).set(2, 8).call('probeReadKernel')
  }

  /** Four bytes, as a number without a sign. */
  #readHalf(program: BpfProgram, place: number, pointer: Register, distance: number): void {
    program.copy(3, pointer).add(3, distance).set(0, 0).store(10, place, 0)
    program.copy(1, 10).add(1, place).set(2, 4).call('probeReadKernel')
  }

  #offset(structure: string, ...members: string[]): number {
    for (const member of members) {
      const found = this.#given.offsets(structure, member)
      if (found !== undefined) return found
    }
    throw new RangeError(`this kernel has no ${structure}.${members[0]}`)
  }
}
