import { join } from 'node:path'
import { type AnyRule, compileRules, createStream, type RuleSet, viewsOfEvent } from '../detect/sigma/index.ts'
import { sentence } from '../engine/sentence.ts'
import type { EventFinding, HostEvent } from '../model/index.ts'
import { folderDigest } from './folder-digest.ts'
import { readPrepared, type PreparedEventRules } from './prepared-event-rules.ts'

// Loaded by the agent's own process, which has to stay small: nothing here reads YAML or checks schemas. A child that ends made the
// rules ready (`davylamp agent prepare-rules`).

/** Where the program's own rules lie. */
export const ownRulesFolder: string = join(import.meta.dirname, '..', 'rules')

/** Rules over events, made ready. Pure, and they never wait: the agent's own process lets them judge all that happens. */
export interface EventRules {
  readonly count: number
  /** Changes with every byte of every rule. */
  readonly version: string
  /** What matches now, also rules that count over time. Clocks are those of the events. */
  judge(event: HostEvent): readonly EventFinding[]
}

export interface OpenedEventRules extends EventRules {
  /** Why there are none, or older ones than there could be. */
  readonly problem: string | undefined
  /** The rule files are other ones than those that were prepared: time for `agent prepare-rules`. Reads all of them. */
  isStale(): boolean
  /** Reads again what was prepared. What cannot be read leaves the rules as they are, and is the `problem`. */
  reload(): void
}

export interface EventRulesOptions {
  /** The state folder of all commands; its packs of rules are used. */
  readonly stateFolder: string
  /** Further folders with rules of others. */
  readonly foreignFolders?: readonly string[]
}

/** Never throws: without prepared rules nothing matches, and `problem` says so. */
export function openEventRules({ stateFolder, foreignFolders = [] }: EventRulesOptions): OpenedEventRules {
  const path = preparedPath(stateFolder)
  const folders = rulePlaces(stateFolder, foreignFolders)
  let rules: EventRules = { count: 0, version: '', judge: () => [] }
  let problem: string | undefined
  const reload = () => {
    try {
      const prepared = readPrepared(path)
      problem = undefined
      if (prepared.digest !== rules.version) rules = eventRulesFrom(prepared)
    } catch (error) {
      problem = `${path}: ${error instanceof Error ? error.message : String(error)}`
    }
  }
  reload()
  return {
    get count() {
      return rules.count
    },
    get version() {
      return rules.version
    },
    get problem() {
      return problem
    },
    isStale: () => ruleDigest(folders) !== rules.version,
    reload,
    judge: event => rules.judge(event),
  }
}

/** Rules that were prepared, with counters at zero. */
export function eventRulesFrom({ digest, own, foreign, meanings }: PreparedEventRules): EventRules {
  const sets = [compileRules(own), compileRules(foreign, { foreign: true })].filter(set => set.rules.length > 0)
  const streams = sets.map(set => createStream(set, { live: true }))
  return {
    count: sets.reduce((total, set) => total + countOf(set), 0),
    version: digest,
    judge(event) {
      const views = viewsOfEvent(event)
      const at = Date.parse(event.at)
      const time = Number.isNaN(at) ? undefined : at
      const found: EventFinding[] = []
      for (const stream of streams)
        for (const { rule } of stream.push(views, time)) {
          const meaning = meanings.get(rule.id)
          if (meaning !== undefined) found.push(findingOf(rule, meaning, event))
        }
      return found
    },
  }
}

function countOf({ rules, correlations }: RuleSet): number {
  return rules.length + correlations.length
}

function findingOf(
  { id, title }: Pick<AnyRule, 'id' | 'title'>,
  { because, specific, ...meaning }: PreparedEventRules['meanings'] extends ReadonlyMap<string, infer M> ? M : never,
  event: HostEvent,
): EventFinding {
  return {
    rule: { id, title },
    ...meaning,
    ...(specific === undefined ? {} : { specific }),
    because: sentence(because ?? title, { ...event, ...startedBy(event) }),
    event,
  }
}

/** What a rule may say of who started a program, besides the fields of the event. */
function startedBy(event: HostEvent): Readonly<Record<string, unknown>> {
  if (event.kind !== 'exec') return {}
  const names = event.ancestors.slice(0, longestChain).map(one => one.path ?? one.name ?? `pid ${one.pid}`)
  return { parent: event.ancestors[0], chain: names.join(' ← ') || 'nobody who is known' }
}

const longestChain = 5

/** What a child makes and the agent's own process reads. */
export function preparedPath(stateFolder: string): string {
  return join(stateFolder, 'agent', 'event-rules.json')
}

/** Every folder whose rules may count: the program's, packs that were added on this host, packs of the center, and those that were named. */
export function rulePlaces(stateFolder: string, foreignFolders: readonly string[]): readonly string[] {
  return [ownRulesFolder, join(stateFolder, 'rules', 'packs'), join(stateFolder, 'agent', 'packs'), ...foreignFolders]
}

/** Hash of all rule files below the folders, by their names and contents; a folder that is not there has none. */
export function ruleDigest(folders: readonly string[]): string {
  return folderDigest(folders, name => /(?<!\.cases)\.ya?ml$/i.test(name) && !/(?:^|\/)\./.test(name))
}
