import { readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { ExecEvent } from '../../model/index.ts'
import { bootClockMs } from '../../native/read/clock.ts'
import { waitReadable } from '../../native/read/wait.ts'
import { describeExec, rowFromProc } from './describe.ts'
import { openExecSource } from './open-source.ts'
import { ProcReader } from '../proc-reader.ts'
import { ProcessTable } from './process-table.ts'
import type { ExecSourceName } from './source.ts'

/** What the thread is started with. */
export interface ExecThreadData {
  /** A directory where /proc is. */
  readonly proc: string
  /** Written to when the thread shall end. */
  readonly waker: number
  readonly source: ExecSourceName | undefined
}

export type ExecThreadMessage =
  | { readonly kind: 'ready'; readonly source: ExecSourceName; readonly problem?: string }
  | { readonly kind: 'events'; readonly events: readonly ExecEvent[]; readonly lost: number }

const longestWaitMs = 250
const mostAtOnce = 256
/** So many batches without a pause mean a storm. */
const stormBatches = 4

function run({ proc: path, waker, source: wanted }: ExecThreadData): void {
  const { source, problem } = openExecSource(path, wanted)
  const proc = new ProcReader(path)
  const table = new ProcessTable(pid => rowFromProc(proc, pid))
  // The wall clock may be set while we run.
  const surroundings = { proc, table, bootMs: () => Date.now() - bootClockMs() }
  const tell = (message: ExecThreadMessage) => parentPort?.postMessage(message)
  tell({ kind: 'ready', source: source.name, ...(problem === undefined ? {} : { problem }) })
  let lost = 0
  try {
    for (let busy = 0; ; ) {
      if (busy === 0 && isWoken(waker, source.descriptor, source.everyMs ?? longestWaitMs)) return
      const events: ExecEvent[] = []
      const count = source.each(mostAtOnce, {
        exec: seen => events.push(describeExec(seen, surroundings, busy >= stormBatches)),
        fork: ({ pid, creatorPid, startTime }) => table.noteFork(pid, creatorPid, startTime),
      })
      const missing = source.lost()
      if (events.length > 0 || missing !== lost) tell({ kind: 'events', events, lost: missing })
      lost = missing
      busy = count === mostAtOnce ? busy + 1 : 0
      if (busy > 0 && isWoken(waker, undefined, 0)) return
    }
  } finally {
    source.close()
  }
}

function isWoken(waker: number, descriptor: number | undefined, milliseconds: number): boolean {
  const [woken] = waitReadable(descriptor === undefined ? [waker] : [waker, descriptor], milliseconds)
  if (woken === 'readable') readSync(waker, Buffer.alloc(8))
  return woken !== 'nothing'
}

run(workerData as ExecThreadData)
