import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Fact, FactKind, FactOf } from '../model/index.ts'
import type { Target } from '../target/index.ts'
import type { Collector, Owner, SeenContent, Survey } from './collector.ts'
import { openPackages } from './linux/packages/package-database.ts'
import { readPeople } from './linux/people.ts'

export interface CollectOptions {
  /** How long to watch processes and traffic, in seconds. */
  readonly observeSeconds?: number | undefined
  /** Looks that cost more than a few milliseconds are worth it. Default: when there is something to observe. */
  readonly deep?: boolean | undefined
  /** A scan of contents has read all files. */
  readonly readsAll?: boolean | undefined
  /** Files in which a scan of contents found something, by path. */
  readonly contents?: ReadonlyMap<string, SeenContent> | undefined
  /** Only these processes, and what they and other facts name. */
  readonly around?: Survey['around']
  /** How many milliseconds to step back for a ceiling of the processor; 0 nearly always. */
  readonly pace?: (() => number) | undefined
  /** Called before each collector and whenever one says what it looks at. */
  readonly progress?: ((done: number, total: number, what: string) => void) | undefined
}

const stages = ['first', 'second', 'third'] as const
/** How many facts a collector may give before others get their turn of the event loop. */
const factsPerTurn = 500

/** Runs every collector that fits the target, stage by stage. One that fails becomes a gap of the target and the rest go on. */
export async function collectFacts(
  target: Target,
  collectors: readonly Collector[],
  options: CollectOptions = {},
): Promise<{ facts: Fact[] }> {
  const facts: Fact[] = []
  const byKind = new Map<FactKind, Fact[]>()
  const fitting = collectors.filter(collector => collector.os.includes(target.os))
  let done = 0
  const report = (what: string) => options.progress?.(done, fitting.length, what)
  const survey = surveyOf(target, byKind, options, report)
  const rest = () => stepBack(options.pace)
  for (const stage of stages) {
    for (const collector of fitting.filter(one => one.stage === stage)) {
      report(collector.name)
      await runOne(collector, survey, rest, fact => {
        facts.push(fact)
        const sameKind = byKind.get(fact.kind)
        if (sameKind === undefined) byKind.set(fact.kind, [fact])
        else sameKind.push(fact)
      })
      done++
      await rest()
    }
  }
  report('')
  return { facts }
}

async function runOne(
  collector: Collector,
  survey: Survey,
  rest: () => Promise<void>,
  keep: (fact: Fact) => void,
): Promise<void> {
  const { target } = survey
  // A memory target that has /proc answers for processes although it is no running system.
  if (collector.needsLive && !target.live && !target.processes) {
    target.addGap({ what: collector.name, why: 'needs a running system' })
    return
  }
  try {
    let sinceTurn = 0
    for await (const fact of collector.collect(survey)) {
      keep(fact)
      if (++sinceTurn % factsPerTurn === 0) await rest()
    }
  } catch (error) {
    target.addGap({ what: collector.name, why: `failed: ${error instanceof Error ? error.message : String(error)}` })
  }
}

/** Others get their turn of the event loop in any case. */
async function stepBack(pace: CollectOptions['pace']): Promise<void> {
  await nextTurn()
  for (let left = pace?.() ?? 0; left > 0; left = pace?.() ?? 0) await sleep(left)
}

function surveyOf(
  target: Target,
  byKind: ReadonlyMap<FactKind, Fact[]>,
  { observeSeconds = 0, deep = observeSeconds > 0, contents = new Map(), readsAll = false, around }: CollectOptions,
  progress: (what: string) => void,
): Survey {
  const people = readPeople(target)
  const packages = openPackages(target)
  const owners = new Map<string, Owner>()
  return {
    target,
    people,
    observeSeconds,
    deep,
    contents,
    readsAll,
    around,
    progress,
    facts: <K extends FactKind>(kind: K) => (byKind.get(kind) ?? []) as FactOf<K>[],
    owner(path) {
      const known = owners.get(path)
      if (known !== undefined) return known
      const owner = packages.owner(path)
      owners.set(path, owner)
      return owner
    },
  }
}
