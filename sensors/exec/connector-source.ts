import { readlinkSync } from 'node:fs'
import { bootClockMs } from '../../native/read/clock.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { openProcessConnector } from '../../native/read/kernel-events/process-connector.ts'
import type { ExecSource } from './source.ts'

const firstPidNamespace = `pid:[${0xefff_fffc}]`

/** Tells pids only: a program that ends at once is seen by name no more. Throws when the kernel does not let us. */
export function connectorSource(): ExecSource {
  // The kernel sends nothing to others, and says nothing about it.
  if (readlinkSync(`${ownProcDirectory()}/self/ns/pid`) !== firstPidNamespace)
    throw new Error('the process connector tells nothing in a pid namespace')
  const connector = openProcessConnector()
  return {
    name: 'process-connector',
    descriptor: connector.descriptor,
    each: (most, told) => connector.each(most, pid => told.exec({ pid, bootMs: bootClockMs() })),
    lost: connector.lost,
    close: connector.close,
  }
}
