import { fstatSync, readSync } from 'node:fs'
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openExecGate } from '../../native/gate/exec-permission.ts'
import { selfDestruct } from '../../native/gate/self-destruct.ts'
import { SystemCallError } from '../../native/libc.ts'
import { duplicate } from '../../native/read/duplicate.ts'
import { waitReadable } from '../../native/read/wait.ts'
import { Answerer, type AnswererCounts, type FileIdentity, type Verdict } from './answerer.ts'
import { localFileSystems } from './local-file-systems.ts'

/** What the thread is started with. */
export interface GateThreadData {
  readonly proc: string
  /** Written to by the judge when it has decided, and by whoever wants the thread to look at its orders. */
  readonly waker: number
  readonly judge: MessagePort
  /** Only these file systems, by paths on them; default all local ones. */
  readonly only: readonly string[] | undefined
  readonly silenceMs: number
}

/** To the judge. */
export interface GateQuestion {
  readonly id: number
  /** Belongs to the judge, who closes it. */
  readonly descriptor: number
  readonly pid: number
}

/** From the judge. */
export type GateAnswer = { readonly id: number } & Verdict

export type GateThreadOrder = 'close' | 'forget'

export type GateThreadMessage =
  | { readonly kind: 'ready' }
  /** These processes, by our pid namespace, run what nobody judged. */
  | { readonly kind: 'unjudged'; readonly pids: readonly number[] }
  | {
      readonly kind: 'state'
      readonly counts: AnswererCounts
      readonly guarded: number
      readonly problems: readonly string[]
    }

const longestWaitMs = 100
const everyLookMs = 2000
const everyTellMs = 1000
const mostUnjudged = 1000

function run({ proc, waker, judge, only, silenceMs }: GateThreadData): void {
  const gate = openExecGate()
  const timer = selfDestruct(silenceMs)
  const unjudged: number[] = []
  const answerer = new Answerer({
    gate,
    judge: {
      ask: (id, { descriptor, pid }) => judge.postMessage({ id, descriptor, pid } satisfies GateQuestion),
      answers: () => messagesOf<GateAnswer>(judge),
    },
    identify,
    duplicate,
    now: () => performance.now(),
    unjudged: pid => {
      if (pid > 0 && unjudged.length < mostUnjudged) unjudged.push(pid)
    },
  })
  const guarded = new Set<string>()
  const problems = new Map<string, string>()
  const look = () => {
    const systems = only?.map(path => ({ device: path, path })) ?? localFileSystems(proc)
    for (const { device, path } of systems) {
      if (guarded.has(device)) continue
      try {
        gate.guard(Buffer.from(path, 'latin1'))
        guarded.add(device)
        problems.delete(device)
      } catch (error) {
        if (!(error instanceof SystemCallError)) throw error
        problems.set(device, error.message)
      }
    }
  }
  const orders = parentPort
  let [lookAt, tellAt, told] = [0, 0, '']
  timer.wind()
  try {
    look()
    orders?.postMessage({ kind: 'ready' } satisfies GateThreadMessage)
    for (;;) {
      timer.wind()
      const [, woken] = waitReadable(
        [gate.descriptor, waker],
        Math.min(longestWaitMs, answerer.dueInMs ?? longestWaitMs),
      )
      if (woken === 'readable') readSync(waker, Buffer.alloc(8))
      answerer.step()
      if (unjudged.length > 0)
        orders?.postMessage({ kind: 'unjudged', pids: unjudged.splice(0) } satisfies GateThreadMessage)
      for (const order of orders === null ? [] : messagesOf<GateThreadOrder>(orders)) {
        if (order === 'close') return
        answerer.forget()
      }
      const now = performance.now()
      if (now >= lookAt) {
        look()
        lookAt = now + everyLookMs
      }
      if (now < tellAt) continue
      tellAt = now + everyTellMs
      const state = {
        kind: 'state',
        counts: answerer.counts,
        guarded: guarded.size,
        problems: [...problems.values()],
      } as const
      if (told === JSON.stringify(state)) continue
      told = JSON.stringify(state)
      orders?.postMessage(state satisfies GateThreadMessage)
    }
  } finally {
    answerer.close()
    gate.close()
    timer.stop()
  }
}

function messagesOf<T>(port: MessagePort): T[] {
  const found: T[] = []
  for (let one = receiveMessageOnPort(port); one !== undefined; one = receiveMessageOnPort(port))
    found.push(one.message as T)
  return found
}

function identify(descriptor: number): FileIdentity | undefined {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(descriptor, { bigint: true })
    return { key: `${dev}:${ino}:${size}:${mtimeNs}:${ctimeNs}`, size: Number(size) }
  } catch {
    return undefined
  }
}

run(workerData as GateThreadData)
