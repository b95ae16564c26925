import type { FromGuard, GuardAnswer, GuardQuestion, GuardTask, ToGuard } from '../../agent/index.ts'
import { type Examiner, makeExaminer } from './examine.ts'
import { judgePlaces } from './judge-places.ts'
import { type Knowledge, openKnowledge } from './knowledge.ts'
import { SeenFiles } from './seen-files.ts'

/** What the guard knows and does from its first line to its last. */
export class GuardSession {
  readonly #state: string
  readonly #say: (what: FromGuard) => void
  #task: GuardTask | undefined
  #known: { readonly knowledge: Knowledge; readonly files: SeenFiles } | undefined
  /** One after the other: each look takes the processor for itself. */
  #work: Promise<unknown> = Promise.resolve()
  readonly #examiner: Examiner

  constructor(state: string, say: (what: FromGuard) => void) {
    this.#state = state
    this.#say = say
    this.#examiner = makeExaminer(
      () => this.#open.knowledge,
      () => this.#open.files,
    )
  }

  hear(line: ToGuard): void {
    if (line.kind === 'begin') this.#inTurn(() => this.#begin(line))
    else if (line.kind === 'reload') this.#inTurn(() => this.#learn())
    else this.#inTurn(() => this.#answer(line.id, line.question))
  }

  /** When everything that was asked is answered. */
  async end(): Promise<void> {
    await this.#work
    this.#known?.knowledge.close()
  }

  get #open() {
    if (this.#known === undefined) throw new Error('nothing is known yet')
    return this.#known
  }

  #inTurn(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#log(messageOf(error)))
  }

  async #begin(task: GuardTask): Promise<void> {
    this.#task = task
    await this.#learn()
    this.#say({ kind: 'ready' })
  }

  async #learn(): Promise<void> {
    const { rules = [] } = this.#task ?? {}
    const knowledge = await openKnowledge({ state: this.#state, rules, log: line => this.#log(line) })
    const before = this.#known?.knowledge
    this.#known = { knowledge, files: new SeenFiles(knowledge.files) }
    before?.close()
  }

  async #answer(id: number, question: GuardQuestion): Promise<void> {
    try {
      this.#say({ kind: 'answer', id, answer: await this.#answerTo(question) })
    } catch (error) {
      this.#say({ kind: 'failed', id, why: messageOf(error) })
    }
  }

  async #answerTo(question: GuardQuestion): Promise<GuardAnswer> {
    if (question.about === 'process') return await this.#examiner.process(question.process)
    if (question.about === 'file') return await this.#examiner.file(question.path)
    return await judgePlaces(this.#open.knowledge, this.#open.files, question.changes)
  }

  #log(line: string): void {
    this.#say({ kind: 'log', line })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
