import { openExecTracepoint } from '../../native/read/kernel-events/exec-tracepoint.ts'
import type { ExecSource } from './source.ts'

/** 512 KiB hold 1,400 programs with short commands, half a second of what a machine can start at all. */
const ringBytes = 1 << 19

/** Throws when the kernel does not let us, with the reason. */
export function tracepointSource(): ExecSource {
  const tracepoint = openExecTracepoint(ringBytes)
  return {
    name: 'tracepoint',
    descriptor: tracepoint.descriptor,
    each: (most, told) =>
      tracepoint.each(most, {
        exec: record => told.exec({ ...record, cut: record.argumentBytes > record.arguments.length }),
        fork: record => told.fork(record),
      }),
    lost: tracepoint.lost,
    close: tracepoint.close,
  }
}
