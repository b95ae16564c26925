import { closeSync, writeSync } from 'node:fs'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'
import type { SensorStatus } from '../../model/index.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { openWaker } from '../../native/read/wait.ts'
import type { AnswererCounts, Verdict } from './answerer.ts'
import type { GateAnswer, GateQuestion, GateThreadData, GateThreadMessage, GateThreadOrder } from './gate-thread.ts'

export interface GateOptions {
  /** Reads the file and decides. `descriptor` stays open until it has. What it throws is a yes. */
  readonly judge: (question: { readonly descriptor: number; readonly pid: number }) => Promise<Verdict>
  /** Default every local file system, as they appear. */
  readonly only?: readonly string[]
  /** The process ends when nobody answers for so long. */
  readonly silenceMs?: number
  /** These processes were let through without a judgement, because too much was asked at once. */
  readonly onUnjudged?: (pids: readonly number[]) => void
  readonly onEnd: (error: Error) => void
}

/** Nothing on the guarded file systems starts before it was judged. */
export interface Gate {
  status(): SensorStatus
  counts(): AnswererCounts
  /** Judge all anew: rules have changed. */
  forget(): void
  close(): Promise<void>
}

const usualSilenceMs = 500
const one = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])

/** Resolves when it holds. Throws what opening says: see `openExecGate`. The process must be one that may be ended at any time. */
export async function startGate(options: GateOptions): Promise<Gate> {
  const waker = openWaker()
  const { port1: here, port2: there } = new MessageChannel()
  const data: GateThreadData = {
    proc: ownProcDirectory(),
    waker,
    judge: there,
    only: options.only,
    silenceMs: options.silenceMs ?? usualSilenceMs,
  }
  const worker = new Worker(new URL('./gate-thread.ts', import.meta.url), {
    workerData: data,
    transferList: [there],
    trackUnmanagedFds: false,
    resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 4 },
  })
  judgeFor(here, waker, options.judge)
  const since = new Date().toISOString()
  let state: Extract<GateThreadMessage, { kind: 'state' }> = {
    kind: 'state',
    counts: { asked: 0, allowed: 0, denied: 0, late: 0, known: 0 },
    guarded: 0,
    problems: [],
  }
  let [started, closing] = [false, false]
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()))
  void ended.then(() => {
    here.close()
    closeSync(waker)
  })
  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: GateThreadMessage) => {
      if (message.kind === 'state') state = message
      else if (message.kind === 'unjudged') options.onUnjudged?.(message.pids)
      else {
        started = true
        resolve()
      }
    })
    worker.once('error', error => {
      reject(error)
      if (started && !closing) options.onEnd(error instanceof Error ? error : new Error(String(error)))
    })
  })
  const order = (what: GateThreadOrder) => {
    worker.postMessage(what)
    writeSync(waker, one)
  }
  return {
    status: () => ({
      name: 'gate',
      source: `fanotify on ${state.guarded} file systems`,
      since,
      events: state.counts.asked,
      lost: state.counts.late,
      ...(state.problems.length === 0 ? {} : { problem: state.problems.join('; ') }),
    }),
    counts: () => state.counts,
    forget: () => order('forget'),
    async close() {
      if (!closing) {
        closing = true
        order('close')
      }
      await ended
    },
  }
}

function judgeFor(port: MessagePort, waker: number, judge: GateOptions['judge']): void {
  port.on('message', ({ id, descriptor, pid }: GateQuestion) => {
    void (async () => {
      let verdict: Verdict = { verdict: 'allow', lasting: false }
      try {
        verdict = await judge({ descriptor, pid })
      } catch {
        // Who cannot decide keeps nobody from work.
      } finally {
        closeSync(descriptor)
      }
      port.postMessage({ id, ...verdict } satisfies GateAnswer)
      writeSync(waker, one)
    })()
  })
  // The judge alone keeps no process alive.
  port.unref()
}
