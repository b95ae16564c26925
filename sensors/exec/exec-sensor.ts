import { closeSync, writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { ExecEvent, SensorStatus } from '../../model/index.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { openWaker } from '../../native/read/wait.ts'
import type { ExecSourceName } from './source.ts'
import type { ExecThreadData, ExecThreadMessage } from './thread.ts'

export interface ExecSensorOptions {
  /** Default the best that there is. */
  readonly source?: ExecSourceName
  readonly onEvents: (events: readonly ExecEvent[]) => void
  /** It has ended although nobody closed it. */
  readonly onEnd: (error: Error) => void
}

/** Tells of programs that are started, from a thread of its own. */
export interface ExecSensor {
  status(): SensorStatus
  close(): Promise<void>
}

/** Resolves when it listens. Throws what opening the source says. */
export async function startExecSensor(options: ExecSensorOptions): Promise<ExecSensor> {
  const waker = openWaker()
  const data: ExecThreadData = { proc: ownProcDirectory(), waker, source: options.source }
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: data,
    // The source opens descriptors by system calls, which node does not see.
    trackUnmanagedFds: false,
    resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 },
  })
  const since = new Date().toISOString()
  let [events, lost, started, closing] = [0, 0, false, false]
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
  void ended.then(() => closeSync(waker))
  const ready = await new Promise<Extract<ExecThreadMessage, { kind: 'ready' }>>((resolve, reject) => {
    worker.on('message', (message: ExecThreadMessage) => {
      if (message.kind === 'ready') {
        started = true
        resolve(message)
        return
      }
      events += message.events.length
      lost = message.lost
      if (message.events.length > 0) options.onEvents(message.events)
    })
    worker.once('error', error => {
      reject(error)
      if (started && !closing) options.onEnd(error instanceof Error ? error : new Error(String(error)))
    })
  })
  return {
    status: () => ({
      name: 'exec',
      source: ready.source,
      since,
      events,
      lost,
      ...(ready.problem === undefined ? {} : { problem: ready.problem }),
    }),
    async close() {
      if (!closing) {
        closing = true
        writeSync(waker, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]))
      }
      await ended
    },
  }
}
