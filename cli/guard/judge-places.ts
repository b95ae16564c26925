import { aroundCollectors, type Collector, placeCollectors } from '../../collectors/index.ts'
import type { PlaceJudgement } from '../../agent/index.ts'
import type { Fact, FileChangeEvent, IdentifiedFact } from '../../model/index.ts'
import { displayBytes, fromFact, type Target } from '../../target/index.ts'
import type { Knowledge } from './knowledge.ts'
import type { SeenFile, SeenFiles } from './seen-files.ts'
import { assessAround, collectAround, opinionOn } from './small-world.ts'

const mostPaths = 200
const mostTargets = 50
const mostOfTarget = 64 << 20

/** Judges what lies in changed places now: autostarts, keys, accounts, preloads with the files that they name. */
export async function judgePlaces(
  knowledge: Knowledge,
  files: SeenFiles,
  changes: readonly FileChangeEvent[],
): Promise<PlaceJudgement[]> {
  const target = knowledge.target()
  const places = new Map(changes.slice(-mostPaths).map(one => [one.path, pathsOf(target, one)] as const))
  const asked = new Set([...places.values()].flat())
  const first = await collectAround(knowledge, onlyOf(placeCollectors, asked), { pids: [] }, new Map())
  const contents = contentsOf(target, files, [...asked, ...first.facts.flatMap(targetsOf)])
  const { facts } = await collectAround(
    knowledge,
    [handedOn(first.facts), ...aroundCollectors.filter(one => one.stage !== 'first')],
    { pids: [] },
    contents,
  )
  const assessment = assessAround(knowledge, facts)
  return [...places].map(([path, paths]) => {
    const lies = (fact: IdentifiedFact) => 'path' in fact && fact.path !== undefined && paths.includes(fact.path)
    const { verdict, findings } = opinionOn(assessment, lies)
    return { path, verdict, findings }
  })
}

/** As facts have them: as it was written, and where links lead. */
function pathsOf(target: Target, { path, pathBytes }: FileChangeEvent): string[] {
  const real = target.files.realPath(fromFact(path, pathBytes))
  return [...new Set([path, ...(real === undefined ? [] : [displayBytes(real)])])]
}

/** The same collectors, silent about all other places. */
function onlyOf(collectors: readonly Collector[], asked: ReadonlySet<string>): Collector[] {
  return collectors.map(collector => ({
    ...collector,
    async *collect(survey) {
      for await (const fact of collector.collect(survey))
        if ('path' in fact && fact.path !== undefined && asked.has(fact.path)) yield fact
    },
  }))
}

function handedOn(facts: readonly Fact[]): Collector {
  return { name: 'places', collects: [], os: ['linux'], stage: 'first', collect: () => facts }
}

function targetsOf(fact: Fact): readonly string[] {
  if (fact.kind === 'preload') return [fact.library, ...fact.targets]
  return fact.kind === 'autostart' ? fact.targets : []
}

/** What rules say of the files that are started, and of the changed ones themselves. */
function contentsOf(target: Target, files: SeenFiles, paths: readonly string[]): Map<string, SeenFile> {
  const contents = new Map<string, SeenFile>()
  for (const path of new Set(paths)) {
    if (contents.size >= mostTargets) break
    const real = target.files.realPath(path)
    const stat = real === undefined ? undefined : target.files.lstat(real)
    if (real === undefined || stat?.type !== 'file' || stat.size > mostOfTarget) continue
    const seen = files.at(real)
    if (seen !== undefined && seen.matches.length > 0) contents.set(real, seen)
  }
  return contents
}
