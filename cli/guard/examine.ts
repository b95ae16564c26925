import { statSync } from 'node:fs'
import { aroundCollectors, type SeenContent } from '../../collectors/index.ts'
import type { ProcessQuestion } from '../../agent/index.ts'
import type {
  Examination,
  Fact,
  FileFact,
  Finding,
  IdentifiedFact,
  IndicatorMatch,
  ProcessFact,
} from '../../model/index.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { displayBytes, encodeBytes, fromFact, parseStat } from '../../target/index.ts'
import type { Knowledge } from './knowledge.ts'
import type { SeenFile, SeenFiles } from './seen-files.ts'
import { assessAround, collectAround, type Opinion, opinionOn } from './small-world.ts'

/** Looks at single processes and files and judges them as a scan would. */
export interface Examiner {
  process(question: ProcessQuestion): Promise<Examination>
  /** Of a program or script by its path on the host. */
  file(path: string): Promise<Examination>
}

const mostAncestors = 4
const mostSentences = 12
const memoryLimits = { bytesOfOne: 256 << 20, bytesOfAll: 256 << 20, seconds: 1 }

export function makeExaminer(knowledge: () => Knowledge, files: () => SeenFiles): Examiner {
  return {
    process: question => examineProcess(knowledge(), files(), question),
    file: path => examineFile(knowledge(), files(), path),
  }
}

async function examineProcess(knowledge: Knowledge, files: SeenFiles, question: ProcessQuestion): Promise<Examination> {
  const { pid, startTime, findings } = question
  if (!isSame(knowledge, pid, startTime)) return unknownOf('it had ended')
  const link = `${ownProcDirectory()}/${pid}/exe`
  const seen = files.at(link)
  const { facts } = await collectAround(
    knowledge,
    aroundCollectors,
    { pids: [pid], parents: ancestorsOf(knowledge, pid) },
    contentsOf(knowledge, files, pid, seen),
  )
  const own = facts.find((one): one is ProcessFact => one.kind === 'process' && one.pid === pid)
  if (own === undefined || !isSame(knowledge, pid, startTime)) return unknownOf('it had ended')
  if (seen !== undefined && pathOfSame(knowledge, pid, seen) === undefined) {
    own.matches = [...seen.matches]
    if (seen.sha256 !== undefined) own.sha256 = seen.sha256
  }
  if (question.memory) await lookIntoMemory(knowledge, own, facts)
  const assessment = assessAround(knowledge, facts, { pid, findings })
  const meant = meantBy(own)
  return examinationOf(
    opinionOn(assessment, meant),
    own,
    facts.filter(isFile).find(one => one.path === own.path),
    {
      seen,
      indicators: indicatorsOf(facts, meant),
      spares: isPlainPackaged(own),
    },
  )
}

async function examineFile(knowledge: Knowledge, files: SeenFiles, path: string): Promise<Examination> {
  const real = knowledge.target().files.realPath(path)
  const seen = real === undefined ? undefined : files.at(real)
  if (real === undefined || seen === undefined) return unknownOf('it could not be read')
  const { facts } = await collectAround(knowledge, aroundCollectors, { pids: [] }, new Map([[real, seen]]))
  const shown = displayBytes(real)
  const fact = facts.filter(isFile).find(one => one.path === shown)
  const meant = (one: IdentifiedFact) => one.kind === 'file' && one.path === shown
  return examinationOf(opinionOn(assessAround(knowledge, facts), meant), undefined, fact, {
    seen,
    indicators: indicatorsOf(facts, meant),
    spares: fact?.ownership === 'owned' || fact?.ownership === 'verified',
  })
}

/** The program and its script under the paths that lead to them on this host. */
function contentsOf(
  knowledge: Knowledge,
  files: SeenFiles,
  pid: number,
  seen: SeenFile | undefined,
): Map<string, SeenContent> {
  const contents = new Map<string, SeenContent>()
  const path = seen === undefined ? undefined : pathOfSame(knowledge, pid, seen)
  if (path !== undefined && seen !== undefined) contents.set(path, seen)
  for (const word of argumentsOf(knowledge, pid).slice(1, 4)) {
    if (word.startsWith('-')) continue
    const cwd = word.startsWith('/') ? '' : `${knowledge.target().files.readLink(`/proc/${pid}/cwd`) ?? ''}/`
    const script = knowledge.target().files.realPath(`${cwd}${word}`)
    const read = script === undefined || contents.has(script) ? undefined : scriptAt(knowledge, files, script)
    if (script !== undefined && read !== undefined && read.matches.length > 0) contents.set(script, read)
  }
  return contents
}

const mostOfArgument = 16 << 20

function scriptAt(knowledge: Knowledge, files: SeenFiles, path: string): SeenFile | undefined {
  const stat = knowledge.target().files.lstat(path)
  return stat?.type === 'file' && stat.size <= mostOfArgument ? files.at(path) : undefined
}

/** Undefined for a program in memory, a deleted one, and one that the host calls otherwise (a container's). */
function pathOfSame(knowledge: Knowledge, pid: number, { identity }: SeenFile): string | undefined {
  const says = knowledge.target().files.readLink(`/proc/${pid}/exe`)
  if (says === undefined || !says.startsWith('/') || says.startsWith('/memfd:')) return undefined
  const stat = statSync(says.isWellFormed() ? says : encodeBytes(says), { throwIfNoEntry: false, bigint: true })
  return stat !== undefined && identity.startsWith(`${stat.dev}:${stat.ino}:`) ? says : undefined
}

async function lookIntoMemory(knowledge: Knowledge, own: ProcessFact, facts: readonly Fact[]): Promise<void> {
  const { scanMemory } = await import('../../detect/yara/index.ts')
  await scanMemory(knowledge.target(), [own, ...facts.filter(one => one.kind !== 'process')], {
    which: 'all',
    // It stays open for the next one.
    open: () => ({ ...knowledge.memory, close() {} }),
    limits: memoryLimits,
  })
}

function meantBy(own: ProcessFact): (fact: IdentifiedFact) => boolean {
  const paths = new Set([own.path, own.script, ...own.targets].filter(path => path !== undefined))
  return fact => {
    if (fact.kind === 'process' || fact.kind === 'socket') return fact.pid === own.pid
    return fact.kind === 'file' && paths.has(fact.path)
  }
}

/** A program of a package that runs nothing but itself: what a script or a library does with it is another matter. */
function isPlainPackaged(own: ProcessFact): boolean {
  const packaged = own.ownership === 'owned' || own.ownership === 'verified'
  const itself = !own.exeDeleted && !own.exeInMemory && own.script === undefined && own.unownedLibraries.length === 0
  return packaged && itself && !runsText.test(own.path ?? '')
}

const runsText =
  /\/(?:(?:ba|da|z|k|mk|c|tc|a|fi)?sh|busybox|python[\d.]*|perl[\d.]*|ruby[\d.]*|php[\d.]*|node|lua[\d.]*|ld[-.].*)$/

interface Around {
  readonly seen: SeenFile | undefined
  readonly indicators: readonly IndicatorMatch[]
  /** Only what is conclusive by itself may confirm it. */
  readonly spares: boolean
}

function examinationOf(
  { verdict: found, findings }: Opinion,
  own: ProcessFact | undefined,
  file: FileFact | undefined,
  { seen, indicators, spares }: Around,
): Examination {
  const spared = spares && found === 'confirmed' && !findings.some(one => one.conclusive)
  const verdict = spared ? 'suspected' : found
  const { path, ownership, package: from } = own ?? file ?? {}
  return {
    verdict,
    because: verdict === 'harmless' && findings.length === 0 ? [whyHarmless(ownership, from)] : sentencesOf(findings),
    ...defined({ path, ownership, package: from, sha256: seen?.sha256 ?? own?.sha256 ?? file?.sha256 }),
    matches: [...(seen?.matches ?? [])],
    memoryMatches: [...(own?.memoryMatches ?? [])],
    ...defined({ miningSession: own?.miningSession, miningAccount: own?.miningAccount }),
    indicators: [...indicators],
    families: [...new Set(findings.flatMap(one => one.families))],
    attack: [...new Set(findings.flatMap(one => one.attack))],
  }
}

function whyHarmless(ownership: string | undefined, from: string | undefined): string {
  const packaged = ownership === 'owned' || ownership === 'verified'
  return packaged ? `It is as the package ${from ?? ''} brought it.` : 'No rule and no list has anything against it.'
}

function sentencesOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(one => one.because))].slice(0, mostSentences)
}

function indicatorsOf(facts: readonly Fact[], isMeant: (fact: IdentifiedFact) => boolean): IndicatorMatch[] {
  const found = facts.flatMap(fact =>
    'indicators' in fact && fact.indicators !== undefined && isMeant(fact as IdentifiedFact) ? fact.indicators : [],
  )
  return [...new Map(found.map(one => [`${one.type} ${one.value} ${one.source}`, one])).values()]
}

function isFile(fact: Fact): fact is FileFact {
  return fact.kind === 'file'
}

function unknownOf(why: string): Examination {
  return {
    verdict: 'unknown',
    because: [why],
    matches: [],
    memoryMatches: [],
    indicators: [],
    families: [],
    attack: [],
  }
}

function statOf(knowledge: Knowledge, pid: number) {
  return parseStat(knowledge.target().files.read(`/proc/${pid}/stat`, 4096, 'fine')?.toString('latin1') ?? '')
}

/** Also false for a later process with the same number. */
function isSame(knowledge: Knowledge, pid: number, startTime: number): boolean {
  const stat = statOf(knowledge, pid)
  return stat !== undefined && stat.state !== 'Z' && Math.abs(stat.startTime - startTime) <= 1
}

function ancestorsOf(knowledge: Knowledge, pid: number): number[] {
  const found: number[] = []
  for (let at = statOf(knowledge, pid)?.parentPid ?? 0; at > 1 && found.length < mostAncestors; ) {
    found.push(at)
    at = statOf(knowledge, at)?.parentPid ?? 0
  }
  return found
}

function argumentsOf(knowledge: Knowledge, pid: number): string[] {
  const text =
    knowledge
      .target()
      .files.read(`/proc/${pid}/cmdline`, 1 << 16, 'fine')
      ?.toString('latin1') ?? ''
  return text.split('\0').filter(word => word !== '')
}

function defined<T extends Record<string, unknown>>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
