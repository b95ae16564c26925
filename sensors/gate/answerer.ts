import type { ExecGate, ExecQuestion } from '../../native/gate/exec-permission.ts'

/** What a judgement is about: it holds for the file as it is at this moment. */
export interface FileIdentity {
  /** The same for the same content: device, inode, size and times. */
  readonly key: string
  readonly size: number
}

/** `lasting`: the kernel need not ask about this file again until somebody writes to it. Writing by way of mmap(2) it does not notice. */
export interface Verdict {
  readonly verdict: 'allow' | 'deny'
  readonly lasting: boolean
}

/** Somebody who reads a file and says whether it may start. It may take its time. */
export interface Judge {
  /** `descriptor` belongs to the judge, who closes it. */
  ask(id: number, question: { readonly descriptor: number; readonly pid: number }): void
  /** What has been decided since it was last asked. */
  answers(): readonly ({ readonly id: number } & Verdict)[]
}

export interface AnswererParts {
  readonly gate: Pick<ExecGate, 'questions' | 'answer' | 'forgetAll'>
  readonly judge: Judge
  readonly identify: (descriptor: number) => FileIdentity | undefined
  readonly duplicate: (descriptor: number) => number
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number
  /** It was allowed without a judgement to come, because too much was asked at once: who runs it is to be looked at. */
  readonly unjudged: (pid: number) => void
}

export interface AnswererCounts {
  readonly asked: number
  readonly allowed: number
  readonly denied: number
  /** The judge took too long, and it was allowed. */
  readonly late: number
  /** Answered from what was judged before. */
  readonly known: number
}

interface Pending {
  readonly key: string
  readonly dueMs: number
  /** Asked anew, because the file was written to meanwhile. */
  readonly again: boolean
  /** What is judged by rules that have changed meanwhile is not kept. */
  readonly rules: number
  readonly questions: ExecQuestion[]
}

export const deadlineMs = 300
const mostKnown = 20_000
const mostPending = 256

/**
 * Answers questions about execs: at once where the file was judged before, else when the judge has decided or `deadlineMs` have
 * passed, and then with yes. Does nothing by itself: `step` is called again and again, and nothing in it waits.
 */
export class Answerer {
  readonly #parts: AnswererParts
  readonly #known = new Map<string, Verdict>()
  readonly #pending = new Map<number, Pending>()
  readonly #byKey = new Map<string, number>()
  /** Of judgements that are still to come, and hold for the next time. */
  readonly #lateKeys = new Map<number, Pick<Pending, 'key' | 'rules'>>()
  readonly #counts = { asked: 0, allowed: 0, denied: 0, late: 0, known: 0 }
  /** Questions that the judge has not answered, those that came too late for theirs included: each holds a descriptor. */
  #outstanding = 0
  #next = 1
  #rules = 0

  constructor(parts: AnswererParts) {
    this.#parts = parts
  }

  get counts(): AnswererCounts {
    return { ...this.#counts }
  }

  /** Milliseconds until something is due; undefined when nothing waits. */
  get dueInMs(): number | undefined {
    const [first] = this.#pending.values()
    return first === undefined ? undefined : Math.max(0, first.dueMs - this.#parts.now())
  }

  step(): void {
    for (const { id, ...verdict } of this.#parts.judge.answers()) this.#decided(id, verdict)
    for (const question of this.#parts.gate.questions()) this.#take(question)
    const now = this.#parts.now()
    // They were asked in this order, so that the first one that is not due ends it.
    for (const [id, one] of this.#pending) {
      if (one.dueMs > now) break
      this.#late(id, one)
    }
  }

  /** Whoever still waits goes on. */
  close(): void {
    for (const [id, one] of this.#pending) this.#late(id, one)
  }

  /** What was judged is judged anew: rules have changed. */
  forget(): void {
    this.#rules++
    this.#known.clear()
    // Who comes now does not wait for what is judged by the rules of before.
    this.#byKey.clear()
    this.#parts.gate.forgetAll()
  }

  #take(question: ExecQuestion, again = false): void {
    if (!again) this.#counts.asked++
    const key = this.#parts.identify(question.file)?.key
    if (key === undefined) return this.#answer(question, passing)
    const verdict = this.#known.get(key)
    if (verdict !== undefined) {
      this.#counts.known++
      return this.#answer(question, verdict)
    }
    const waiting = this.#byKey.get(key)
    const pending = waiting === undefined ? undefined : this.#pending.get(waiting)
    if (pending === undefined) return this.#ask(question, key, again)
    pending.questions.push(question)
    return undefined
  }

  #ask(question: ExecQuestion, key: string, again: boolean): void {
    if (this.#outstanding >= mostPending) return this.#passUnjudged(question)
    const id = this.#next++
    let descriptor: number
    try {
      descriptor = this.#parts.duplicate(question.file)
    } catch {
      // No descriptor is left: nobody shall wait for that.
      return this.#passUnjudged(question)
    }
    this.#pending.set(id, {
      key,
      dueMs: this.#parts.now() + deadlineMs,
      again,
      rules: this.#rules,
      questions: [question],
    })
    this.#byKey.set(key, id)
    this.#outstanding++
    this.#parts.judge.ask(id, { descriptor, pid: question.pid })
  }

  #passUnjudged(question: ExecQuestion): void {
    this.#counts.late++
    this.#answer(question, passing)
    this.#parts.unjudged(question.pid)
  }

  #decided(id: number, decided: Verdict): void {
    this.#outstanding--
    const pending = this.#pending.get(id)
    const about = pending ?? this.#lateKeys.get(id)
    this.#lateKeys.delete(id)
    if (about === undefined) return
    const { key, rules } = about
    const holds = rules === this.#rules
    const verdict = holds ? decided : { ...decided, lasting: false }
    if (holds) this.#keep(key, verdict)
    if (pending === undefined) return
    this.#leave(id, key)
    for (const question of pending.questions) {
      // Written to since the question: what was judged is not what would start.
      const same = this.#parts.identify(question.file)?.key === key
      if (same || pending.again) this.#answer(question, same ? verdict : passing)
      else this.#take(question, true)
    }
  }

  #leave(id: number, key: string): void {
    this.#pending.delete(id)
    if (this.#byKey.get(key) === id) this.#byKey.delete(key)
  }

  #keep(key: string, verdict: Verdict): void {
    if (this.#known.size >= mostKnown) {
      const [oldest] = this.#known.keys()
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    this.#known.set(key, verdict)
  }

  #late(id: number, { key, rules, questions }: Pending): void {
    this.#leave(id, key)
    this.#lateKeys.set(id, { key, rules })
    if (this.#lateKeys.size > mostPending) {
      const [oldest] = this.#lateKeys.keys()
      if (oldest !== undefined) this.#lateKeys.delete(oldest)
    }
    for (const question of questions) {
      this.#counts.late++
      this.#answer(question, passing)
    }
  }

  #answer(question: ExecQuestion, { verdict, lasting }: Verdict): void {
    this.#counts[verdict === 'allow' ? 'allowed' : 'denied']++
    this.#parts.gate.answer(question, verdict, lasting)
  }
}

/** Where nothing is known: nobody shall be kept from work. */
const passing: Verdict = { verdict: 'allow', lasting: false }
