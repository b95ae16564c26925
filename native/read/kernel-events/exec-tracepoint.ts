import { closeSync, readlinkSync } from 'node:fs'
import { readKernelTypes } from '../btf.ts'
import { ownProcDirectory } from '../own-proc.ts'
import { attachToTracepoint, createCounters, createRing, loadProgram, readCounters } from './bpf-calls.ts'
import { openRing } from './ring.ts'
import { at, forkBytes, TracepointPrograms } from './tracepoint-programs.ts'

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

/** A process that made another one, which goes on with the same program until it starts its own. */
export interface ForkRecord {
  readonly bootMs: number
  readonly pid: number
  /** Who made it: its parent may be another one soon. 0 when it is of another pid namespace. */
  readonly creatorPid: number
  readonly startTime: number
}

/** Who is told, one after the other in the order of the kernel. */
export interface Told {
  exec(record: ExecRecord): void
  fork(record: ForkRecord): void
}

/** Programs and processes as they start, until it is closed. */
export interface ExecTracepoint {
  /** Readable when a program was started: for poll(2). New processes wait for that, or until somebody asks. */
  readonly descriptor: number
  /** Gives what waits, at most `most` records. A record is only valid while it is looked at. */
  each(most: number, told: Told): number
  /** Programs for which there was no room since the beginning. */
  lost(): number
  close(): void
}

/** The number of the first pid namespace of a machine (linux/proc_ns.h, PROC_PID_INIT_INO). */
const firstPidNamespace = 0xefff_fffc

/** Number of the pid namespace that this program is in, where it is not the first. */
function ownPidNamespace(): number | undefined {
  const number = Number(/\d+/.exec(readlinkSync(`${ownProcDirectory()}/self/ns/pid`))?.[0])
  return number === firstPidNamespace ? undefined : number
}

/**
 * Tells of every program that is started on this machine, or in its pid namespace and those below, in containers too, by
 * programs of ours at the kernel's tracepoints; they change nothing and end with their descriptors. Throws `SystemCallError` (EPERM without CAP_BPF and
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
      const programs = new TracepointPrograms({ ring: ringMap, counters, offsets, namespace: ownPidNamespace() })
      keep(attachToTracepoint(keep(loadProgram(programs.fork(), 'davylamp_fork')), 'sched_process_fork'))
      keep(attachToTracepoint(keep(loadProgram(programs.exec(), 'davylamp_exec')), 'sched_process_exec'))
    } catch (error) {
      ring.close()
      throw error
    }
    return {
      descriptor: ringMap,
      each: (most, told) =>
        ring.each(most, record => {
          if (record.length > forkBytes) told.exec(execRecord(record))
          else told.fork(forkRecord(record))
        }),
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
    startTime: startTimeIn(record),
    uid: record.readUInt32LE(at.uid),
    gid: record.readUInt32LE(at.uid + 4),
    cgroup: record.readBigUInt64LE(at.cgroup),
    file: record.subarray(at.file, end < 0 ? at.arguments : Math.min(end, at.arguments)),
    arguments: record.subarray(at.arguments, Math.min(record.length, at.arguments + argumentBytes)),
    argumentBytes,
  }
}

function forkRecord(record: Buffer): ForkRecord {
  return {
    bootMs: Number(record.readBigUInt64LE(at.time)) / 1e6,
    pid: record.readUInt32LE(at.pid),
    creatorPid: record.readUInt32LE(at.parent),
    startTime: startTimeIn(record),
  }
}

/** USER_HZ is 100 on every architecture that we know. */
function startTimeIn(record: Buffer): number {
  return Number(record.readBigUInt64LE(at.start) / 10_000_000n)
}
