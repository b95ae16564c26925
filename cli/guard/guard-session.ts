import { statSync } from 'node:fs'
import type { FromGuard, GuardAnswer, GuardQuestion, GuardTask, ToGuard } from '../../agent/index.ts'
import { indicatorsVersion } from '../../detect/intel/index.ts'
import { intelFolder } from '../../rulebook/index.ts'
import { allowPath } from '../state/allowlist.ts'
import { packFolders } from '../state/rule-packs.ts'
import { type Examiner, makeExaminer } from './examine.ts'
import { judgePlaces } from './judge-places.ts'
import { type Keeping, startKeeping } from './keeping.ts'
import { keepOwnPlace } from './own-place.ts'
import { type Knowledge, openKnowledge } from './knowledge.ts'
import { SeenFiles } from './seen-files.ts'

const everyTellMs = 1_000
const everyLookMs = 3_000

/** What the guard knows and does from its first line to its last. */
export class GuardSession {
  readonly #state: string
  readonly #say: (what: FromGuard) => void
  #task: GuardTask | undefined
  #keeping: Keeping | undefined
  #telling: NodeJS.Timeout | undefined
  #told = ''
  #sources = ''
  #sourcesAt = 0
  #known: { readonly knowledge: Knowledge; readonly files: SeenFiles } | undefined
  /** One after the other: each look takes the processor for itself. */
  #work: Promise<unknown> = Promise.resolve()
  /** Programs that started do not wait behind places that changed: a judgement of those takes a hundred times as long. */
  #programs: Promise<unknown> = Promise.resolve()
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
    if (line.kind === 'begin') this.#inTurn(() => this.#begin(line).catch(error => this.#giveUp(error)))
    else if (line.kind === 'reload') this.#inTurn(() => this.#learn())
    else if (line.question.about === 'places' || this.#known === undefined)
      this.#inTurn(() => this.#answer(line.id, line.question))
    else this.#programs = this.#programs.then(() => this.#answer(line.id, line.question))
  }

  /** When everything that was asked is answered. */
  async end(): Promise<void> {
    await this.#work
    await this.#programs
    clearInterval(this.#telling)
    await this.#keeping?.close()
    this.#known?.knowledge.close()
  }

  get #open() {
    if (this.#known === undefined) throw new Error('nothing is known yet')
    return this.#known
  }

  #inTurn(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#log(messageOf(error)))
  }

  /** Without rules there is no guard: the agent tries again and tells why. */
  #giveUp(error: unknown): never {
    this.#log(messageOf(error))
    process.exit(1)
  }

  async #begin(task: GuardTask): Promise<void> {
    this.#task = task
    await this.#learn()
    if (task.mode === 'block') await this.#keep(task)
    this.#say({ kind: 'ready' })
  }

  async #keep(task: GuardTask): Promise<void> {
    const unkept = keepOwnPlace()
    if (unkept.length > 0) this.#log(`not kept when memory is short: ${unkept.join('; ')}`)
    this.#keeping = await startKeeping({
      task,
      state: this.#state,
      knowledge: () => this.#open.knowledge,
      files: () => this.#open.files,
      examiner: this.#examiner,
      tell: detection => this.#say({ kind: 'detection', detection }),
      log: line => this.#log(line),
    })
    this.#tellState()
    this.#telling = setInterval(() => {
      this.#tellState()
      this.#inTurn(() => this.#keepUp())
    }, everyTellMs)
  }

  /** What somebody allowed, listed or added counts within seconds, without a word from the agent. */
  async #keepUp(): Promise<void> {
    if (performance.now() < this.#sourcesAt) return
    this.#sourcesAt = performance.now() + everyLookMs
    if (versionOfSources(this.#state) !== this.#sources) await this.#learn()
  }

  #tellState(): void {
    const keeping = this.#keeping
    if (keeping === undefined) return
    const state = { counts: keeping.counts(), gate: keeping.gate(), problem: keeping.problem() }
    if (this.#told === JSON.stringify(state)) return
    this.#told = JSON.stringify(state)
    this.#say({ kind: 'state', ...state })
  }

  async #learn(): Promise<void> {
    const { rules = [] } = this.#task ?? {}
    this.#sources = versionOfSources(this.#state)
    const knowledge = await openKnowledge({ state: this.#state, rules, log: line => this.#log(line) })
    const before = this.#known?.knowledge
    this.#known = { knowledge, files: new SeenFiles(knowledge.files) }
    this.#keeping?.forget()
    // Who looks at a program does so with what was known as it began.
    void this.#programs.then(() => before?.close())
  }

  async #answer(id: number, question: GuardQuestion): Promise<void> {
    try {
      await this.#keepUp()
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

/** Changes with the allowlist, the lists of indicators and the rules of others that were added on this host. */
function versionOfSources(state: string): string {
  const packs = packFolders(state)
  const stats = [allowPath(state), ...packs].map(path => statSync(path, { throwIfNoEntry: false, bigint: true }))
  const times = stats.map(stat => (stat === undefined ? '' : `${stat.ino}:${stat.size}:${stat.mtimeNs}`))
  return [...packs, ...times, indicatorsVersion(intelFolder(state))].join(' ')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
