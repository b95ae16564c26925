import { statSync } from 'node:fs'
import { aroundCollectors, type SeenContent } from '../../collectors/index.ts'
import type { ProcessQuestion } from '../../agent/index.ts'
import type { Examination, Fact, FileFact, IdentifiedFact, ProcessFact } from '../../model/index.ts'
import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { displayBytes, encodeBytes, parseStat } from '../../target/index.ts'
import { examinationOf, indicatorsOf, isPlainPackaged, meantBy, unknownOf } from './examination.ts'
import type { Knowledge } from './knowledge.ts'
import type { SeenFile, SeenFiles } from './seen-files.ts'
import { assessAround, collectAround, opinionOn } from './small-world.ts'

/** Looks at single processes and files and judges them as a scan would. */
export interface Examiner {
  /** `alone`: without what started it and what it is connected with, which takes a few milliseconds only. */
  process(question: ProcessQuestion, alone?: boolean): Promise<Examination>
  /** Of a program or script by its path on the host. */
  file(path: string): Promise<Examination>
}

const mostAncestors = 4
const memoryLimits = { bytesOfOne: 256 << 20, bytesOfAll: 256 << 20, seconds: 1 }

export function makeExaminer(knowledge: () => Knowledge, files: () => SeenFiles): Examiner {
  return {
    process: (question, alone = false) => examineProcess(knowledge(), files(), question, alone),
    file: path => examineFile(knowledge(), files(), path),
  }
}

async function examineProcess(
  knowledge: Knowledge,
  files: SeenFiles,
  question: ProcessQuestion,
  alone: boolean,
): Promise<Examination> {
  const { pid, startTime, findings } = question
  if (!isSame(knowledge, pid, startTime)) return unknownOf('it had ended')
  const link = `${ownProcDirectory()}/${pid}/exe`
  const seen = files.at(link)
  const { facts } = await collectAround(
    knowledge,
    alone ? aroundCollectors.filter(one => one.name !== 'sockets') : aroundCollectors,
    { pids: [pid], parents: alone ? [] : ancestorsOf(knowledge, pid) },
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
    if (script === undefined || read === undefined || read.matches.length === 0) continue
    if (isSeenBy(pid, script, read)) contents.set(script, read)
  }
  return contents
}

/** What a process in a container names is another file than the one that has this name here, and nobody shall be judged by that one. */
function isSeenBy(pid: number, path: string, { identity }: SeenFile): boolean {
  const seen = `${ownProcDirectory()}/${pid}/root${path}`
  try {
    const stat = statSync(seen.isWellFormed() ? seen : encodeBytes(seen), { bigint: true })
    return identity.startsWith(`${stat.dev}:${stat.ino}:`)
  } catch {
    return false
  }
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

function isFile(fact: Fact): fact is FileFact {
  return fact.kind === 'file'
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
