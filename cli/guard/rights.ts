import { decide, type Decision, HourLedger } from '../../agent/response/index.ts'
import { agentFolders, type GuardTask } from '../../agent/index.ts'
import { collectFacts, containers, readPeople } from '../../collectors/index.ts'
import type { Ancestor, Detection, Examination } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Knowledge } from './knowledge.ts'

export interface RightQuestion {
  readonly kind: 'prevented' | 'kill-process'
  readonly subject: Detection['subject']
  readonly chain: readonly Ancestor[]
  readonly examination: Examination
  /** Further paths of it: a script, where links lead. */
  readonly paths: readonly string[]
}

/** What the owner of the host lets the guard do, and how much of it was done within the hour. */
export class Rights {
  readonly #task: GuardTask
  readonly #ledger: HourLedger
  readonly #log: (line: string) => void
  #containerNames: Promise<ReadonlyMap<string, string>> | undefined

  constructor(task: GuardTask, state: string, log: (line: string) => void) {
    this.#task = task
    this.#ledger = new HourLedger(agentFolders(state, true).own, 'guard')
    this.#log = log
  }

  async ask(knowledge: Knowledge, { kind, subject, chain, examination, paths }: RightQuestion): Promise<Decision> {
    const names = await this.#namesOf(knowledge, subject.container)
    return decide(
      { kind, subject, chain, verdict: examination.verdict, paths, containerNames: names },
      this.#task.response,
      this.#task.mode,
      this.#ledger.counts(),
      new Date(),
    )
  }

  countKill(): void {
    try {
      this.#ledger.add('kills')
    } catch (error) {
      this.#log(`the count of the hour cannot be kept: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Looked up only where the policy names containers. */
  async #namesOf(knowledge: Knowledge, container: string | undefined): Promise<string[]> {
    if (container === undefined || this.#task.response.protect.containers.length === 0) return []
    this.#containerNames ??= namesOfContainers(knowledge)
    const known = await this.#containerNames
    if (!known.has(container)) this.#containerNames = undefined
    const name = known.get(container)
    return name === undefined ? [] : [name]
  }
}

async function namesOfContainers(knowledge: Knowledge): Promise<ReadonlyMap<string, string>> {
  const { facts } = await collectFacts(knowledge.target(), [containers], { around: { pids: [] } })
  return new Map(facts.flatMap(one => (one.kind === 'container' ? [[one.id, one.name] as const] : [])))
}

/** As /etc/passwd names it. */
export function userNameOf(knowledge: Knowledge, uid: number | undefined): string | undefined {
  const found = readPeople(knowledge.target()).find(one => one.uid === uid)?.name
  return found === undefined ? uid?.toString() : displayBytes(found)
}
