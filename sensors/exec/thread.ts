import { readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { ExecEvent } from '../../model/index.ts'
import { waitReadable } from '../../native/read/wait.ts'
import { ExecLoop } from './exec-loop.ts'
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

function run({ proc, waker, source }: ExecThreadData): void {
  const loop = new ExecLoop(proc, source)
  const tell = (message: ExecThreadMessage) => parentPort?.postMessage(message)
  tell({ kind: 'ready', source: loop.name, ...(loop.problem === undefined ? {} : { problem: loop.problem }) })
  let [told, more] = [0, false]
  try {
    for (;;) {
      const wait = more ? 0 : (loop.everyMs ?? longestWaitMs)
      if (isWoken(waker, more ? undefined : loop.descriptor, wait)) return
      const { events, lost, ...rest } = loop.step()
      if (events.length > 0 || lost !== told) tell({ kind: 'events', events, lost })
      told = lost
      more = rest.more
    }
  } finally {
    loop.close()
  }
}

function isWoken(waker: number, descriptor: number | undefined, milliseconds: number): boolean {
  const [woken] = waitReadable(descriptor === undefined ? [waker] : [waker, descriptor], milliseconds)
  if (woken === 'readable') readSync(waker, Buffer.alloc(8))
  return woken !== 'nothing'
}

run(workerData as ExecThreadData)
