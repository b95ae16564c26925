import { fstatSync, readSync, statSync } from 'node:fs'
import { aroundCollectors, openPackages, type SeenContent } from '../../collectors/index.ts'
import type { Examination, FileFact, ProcessFact } from '../../model/index.ts'
import {
  cgroupPath,
  containerId,
  decodeBytes,
  displayBytes,
  encodeBytes,
  exactBytes,
  parseStat,
  parseStatus,
} from '../../target/index.ts'
import { examinationOf, indicatorsOf, isPlainPackaged, meantBy } from './examination.ts'
import type { Knowledge } from './knowledge.ts'
import type { SeenFile } from './seen-files.ts'
import { assessAround, collectAround, opinionOn } from './small-world.ts'

/** A program that somebody wants to start: its file is open, and nothing of it runs. */
export interface AboutToStart {
  readonly descriptor: number
  /** Whose program it would become. */
  readonly pid: number
  /** As the kernel names the open file, in the bytes-as-text form of targets. */
  readonly path: string
  readonly seen: SeenFile
}

/** Whether the path leads to the open file on this host: in a container the same path is another file. */
export function leadsTo(path: string, descriptor: number): boolean {
  const named = statSync(path.isWellFormed() ? path : encodeBytes(path), { throwIfNoEntry: false, bigint: true })
  if (named === undefined) return false
  const open = fstatSync(descriptor, { bigint: true })
  return named.ino === open.ino && named.dev === open.dev
}

/** Judges the process that would run this file as a scan would judge it a moment later. */
export async function examineStart(knowledge: Knowledge, start: AboutToStart): Promise<Examination> {
  const process = processOf(knowledge, start)
  const contents = new Map<string, SeenContent>()
  if (process.container === undefined && leadsTo(start.path, start.descriptor)) contents.set(start.path, start.seen)
  else process.matches = [...start.seen.matches]
  const starting = {
    name: 'start',
    collects: [],
    os: ['linux' as const],
    stage: 'first' as const,
    collect: () => [process],
  }
  const collectors = [starting, ...aroundCollectors.filter(one => one.stage !== 'first')]
  const { facts } = await collectAround(knowledge, collectors, { pids: [process.pid] }, contents)
  const meant = meantBy(process)
  const opinion = opinionOn(assessAround(knowledge, facts), meant)
  const file = facts.find((one): one is FileFact => one.kind === 'file' && one.path === displayBytes(start.path))
  const examined = examinationOf(opinion, process, file, {
    seen: start.seen,
    indicators: indicatorsOf(facts, meant),
    spares: isPlainPackaged(process),
  })
  // For people it is about the file and not about the interpreter of a script.
  return { ...examined, path: displayBytes(start.path) }
}

/** The process as it would be. */
function processOf(knowledge: Knowledge, { descriptor, pid, path, seen }: AboutToStart): ProcessFact {
  const target = knowledge.target()
  const text = (name: string) =>
    decodeBytes(target.files.read(`/proc/${pid}/${name}`, 16_384, 'fine') ?? Buffer.alloc(0))
  const stat = parseStat(text('stat'))
  const { uid } = parseStatus(text('status'))
  const cgroups = text('cgroup')
  const container = containerId(cgroups)
  const interpreter = interpreterIn(descriptor)
  const runs = interpreter ?? path
  const isHere = container === undefined && (interpreter !== undefined || leadsTo(path, descriptor))
  const owner = isHere ? openPackages(target).owner(runs) : { ownership: 'unknown' as const }
  const shown = displayBytes(path)
  const pathBytes = exactBytes(runs)
  const command = interpreter === undefined ? [shown] : [displayBytes(interpreter), shown]
  const cgroup = cgroupPath(cgroups)
  return {
    kind: 'process',
    pid,
    startTime: stat?.startTime ?? 0,
    name: shown.slice(shown.lastIndexOf('/') + 1).slice(0, 15),
    path: displayBytes(runs),
    ...(pathBytes === undefined ? {} : { pathBytes }),
    command: command.join(' '),
    argv: command,
    ...(interpreter === undefined ? {} : { script: shown }),
    targets: command,
    ...(uid === undefined ? {} : { uid, user: String(uid) }),
    ...(stat === undefined ? {} : { parentPid: stat.parentPid, sessionId: stat.sessionId }),
    ...(cgroup === undefined ? {} : { cgroup: displayBytes(cgroup) }),
    ...(container === undefined ? {} : { container: displayBytes(container) }),
    ...(interpreter === undefined && seen.sha256 !== undefined ? { sha256: seen.sha256 } : {}),
    ownership: owner.ownership,
    ...('package' in owner && owner.package !== undefined ? { package: owner.package } : {}),
    ...nothingYet,
  }
}

/** What a program has that has done nothing. */
const nothingYet = {
  exeDeleted: false,
  exeInMemory: false,
  kernelThread: false,
  kernelThreadImpostor: false,
  argvMismatch: false,
  hiddenFrom: [],
  environmentTells: [],
  devices: [],
  openFiles: [],
  unownedLibraries: [],
  socketShell: false,
} satisfies Partial<ProcessFact>

const longestFirstLine = 256

/** What the first line of a script names (execve(2)). */
function interpreterIn(descriptor: number): string | undefined {
  const head = Buffer.alloc(longestFirstLine)
  const text = decodeBytes(head.subarray(0, readSync(descriptor, head, 0, head.length, 0)))
  return /^#![ \t]*(\/[^\s\0]+)/.exec(text)?.[1]
}
