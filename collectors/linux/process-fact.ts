import type { Ownership, ProcessFact } from '../../model/index.ts'
import {
  cgroupPath,
  containerId,
  decodeBytes,
  displayBytes,
  exactBytes,
  parseStat,
  parseStatus,
  type ProcStat,
  type Target,
  ticksPerSecond,
} from '../../target/index.ts'
import type { Owner, Survey } from '../collector.ts'
import { commandTargets } from './command.ts'
import { lookAtContent } from './contents/traits.ts'
import { environmentTells, splitEnvironment } from './environment-tells.ts'
import { factTime } from './fact-time.ts'
import { hashOf } from './file-digest.ts'
import { present } from './present.ts'
import { type Descriptor, descriptorsOf, isNetworkShell, minersDevicesIn, oddFilesIn } from './process-descriptors.ts'
import { type Executable, executableOf } from './process-executable.ts'
import { computeLibraries, holdsComputeDevice } from './process-gpu.ts'
import { looksLikeKernelThread, namesDisagree } from './process-name.ts'
import { isShell, scriptOf } from './process-script.ts'
import { ProcessView } from './process-view.ts'

/** What all processes of one scan share. */
export interface ProcessPlace {
  readonly bootMs: number | undefined
  readonly uptimeSeconds: number | undefined
  readonly users: ReadonlyMap<number, string>
  /** The mount namespace of this program. */
  readonly ownNamespace: string | undefined
  /** /etc/ld.so.preload exists, so that every process may have been given a library. */
  readonly preloads: boolean
}

const longestArgument = 4096
const mostArguments = 256
const mostTargets = 20
/** A bigger executable is hashed when a plan names it. */
const digestLimit = 32 << 20

/** One process as a fact, but for what two samples tell; undefined when it ended meanwhile. */
export function describeProcess(
  survey: Survey,
  pid: number,
  hiddenFrom: readonly string[],
  place: ProcessPlace,
): ProcessFact | undefined {
  const { target } = survey
  const stat = parseStat(procText(target, pid, 'stat', 4096))
  // Something mounted over /proc/PID shows another process, or none.
  if (!stat || stat.pid !== pid)
    return hiddenFrom.some(view => view === 'mount' || view === 'lookup') ? coveredProcess(pid, hiddenFrom) : undefined
  const status = parseStatus(procText(target, pid, 'status', 8192))
  if (status.threadGroup !== undefined && status.threadGroup !== pid) return undefined
  const cgroups = procText(target, pid, 'cgroup', 16_384)
  const ageSeconds = ageOf(stat, place)
  const base = {
    kind: 'process' as const,
    pid,
    startTime: stat.startTime,
    name: displayBytes(stat.name),
    user: userName(place, status.uid),
    uid: status.uid,
    parentPid: stat.parentPid,
    sessionId: stat.sessionId,
    cgroup: shown(cgroupPath(cgroups)),
    container: shown(containerId(cgroups)),
    startedAt:
      place.bootMs === undefined ? undefined : factTime(place.bootMs + (stat.startTime * 1000) / ticksPerSecond),
    kernelThread: stat.kernelThread,
    hiddenFrom: [...hiddenFrom],
    cpuSeconds: stat.cpuTicks / ticksPerSecond,
    ageSeconds,
    threads: stat.threads,
    nice: stat.nice,
  }
  if (stat.kernelThread) return present({ ...base, ...nothingOfItsOwn() })
  return present({
    ...base,
    ...userland(survey, stat, place, containerId(cgroups) !== undefined),
    residentBytes: status.residentBytes ?? stat.residentBytes,
    hugePagesBytes: status.hugePagesBytes,
    tracerPid: status.tracerPid === 0 ? undefined : status.tracerPid,
  })
}

/** The fields that only a process with an executable has. */
function userland(survey: Survey, stat: ProcStat, place: ProcessPlace, contained: boolean) {
  const { target } = survey
  const { pid } = stat
  const argv = splitArguments(procText(target, pid, 'cmdline', 1 << 18))
  const executable = executableOf(target, stat)
  const shownArguments = { command: displayBytes(argv.join(' ')), argv: argv.map(displayBytes) }
  if (!executable) {
    // A zombie runs nothing any more. Of the others only names can be seen, because the rest needs root.
    const naming = { name: stat.name, argv, path: undefined, packageOwned: false }
    const kernelThreadImpostor = stat.state !== 'Z' && looksLikeKernelThread(naming)
    return { ...nothingOfItsOwn(), ...shownArguments, kernelThreadImpostor }
  }
  const cwd = target.files.readLink(`/proc/${pid}/cwd`)
  const view = new ProcessView(target, pid, place.ownNamespace)
  const owner = ownerOf(survey, executable, view)
  const packageOwned = owner.ownership === 'owned' || owner.ownership === 'verified'
  const naming = { name: stat.name, argv, path: executable.path, packageOwned }
  const tells = environmentTells(splitEnvironment(procText(target, pid, 'environ', 1 << 18)))
  const descriptors = descriptorsOf(target, pid)
  const script = openedScript(scriptOf(executable.path, argv, cwd), descriptors)
  const devices = minersDevicesIn(descriptors)
  const suspect = !packageOwned || place.preloads || tells.some(tell => tell.startsWith('LD_'))
  return {
    ...shownArguments,
    path: displayBytes(executable.path),
    pathBytes: exactBytes(executable.path),
    cwd: shown(cwd),
    // Paths of a container start at its own root. Of others it is the host's file that they mean, or none.
    script: shown(script === undefined || contained ? script : view.onHost(script)),
    targets: targetsOf(target, { executable, script, argv, cwd, view }).map(displayBytes),
    sha256: packageOwned ? undefined : digestOf(target, executable),
    ownership: owner.ownership,
    package: owner.package,
    ...(packageOwned ? {} : contentOf(target, executable)),
    exeDeleted: executable.deleted,
    exeInMemory: executable.inMemory,
    kernelThreadImpostor: looksLikeKernelThread(naming),
    argvMismatch: namesDisagree(naming),
    environmentTells: tells,
    devices: devices.map(displayBytes),
    ...(holdsComputeDevice(devices)
      ? { computeLibraries: computeLibraries(procText(target, pid, 'maps', 8 << 20)) }
      : {}),
    openFiles: oddFilesIn(descriptors).map(displayBytes),
    unownedLibraries: suspect && !view.foreign ? unownedLibraries(survey, pid, executable.path).map(displayBytes) : [],
    socketShell: isShell(executable.path) && isNetworkShell(target, pid, descriptors),
    rootDirectory: shown(view.rootDirectory),
    hostPath: contained && !executable.inMemory ? shown(view.writtenInside(executable.path)) : undefined,
    privateMount: executable.inMemory || contained ? undefined : view.privateMountOf(executable.path),
  }
}

const contentBytes = 1 << 20

/** A look into an executable that has no file any more: later collectors look at files only. */
function contentOf(target: Target, { deleted, inMemory, link }: Executable) {
  if (!deleted && !inMemory) return {}
  const head = target.files.slice(link, 0, contentBytes)
  if (head === undefined || head.length === 0) return {}
  const size = Math.max(head.length, target.files.stat(link)?.size ?? 0)
  const tailAt = Math.max(head.length, size - contentBytes / 4)
  const tail = size > head.length ? target.files.slice(link, tailAt, contentBytes / 4) : undefined
  const bytes = tail === undefined ? head : Buffer.concat([head, tail])
  const { traits, evidence } = lookAtContent({ bytes, size, runnable: true })
  return { traits, evidence: evidence.slice(0, 10).map(words => displayBytes(words).slice(0, 80)) }
}

/** `bash /dev/fd/3` runs what that descriptor holds; a pipe is no script that lies anywhere. */
function openedScript(script: string | undefined, descriptors: readonly Descriptor[]): string | undefined {
  const number = /^\/(?:dev\/fd|proc\/self\/fd)\/(\d+)$/.exec(script?.replace(/^\/dev\/stdin$/, '/dev/fd/0') ?? '')?.[1]
  if (number === undefined) return script
  const says = descriptors.find(({ fd }) => fd === number)?.says
  return says?.startsWith('/') ? says.replace(/ \(deleted\)$/, '') : undefined
}

/** What a kernel thread, or a process of which nothing can be seen, has. */
function nothingOfItsOwn() {
  return {
    command: '',
    argv: [],
    targets: [],
    exeDeleted: false,
    exeInMemory: false,
    kernelThreadImpostor: false,
    argvMismatch: false,
    environmentTells: [],
    devices: [],
    openFiles: [],
    unownedLibraries: [],
    socketShell: false,
  }
}

function coveredProcess(pid: number, hiddenFrom: readonly string[]): ProcessFact {
  return {
    kind: 'process',
    pid,
    startTime: 0,
    name: '',
    kernelThread: false,
    hiddenFrom: [...hiddenFrom],
    ...nothingOfItsOwn(),
  }
}

/** Of the file that is at the path now. In a container the host's package databases say nothing of it. */
function ownerOf(survey: Survey, executable: Executable, view: ProcessView): Owner {
  const none: Ownership = 'unowned'
  if (executable.inMemory) return { ownership: none }
  if (!view.foreign) return survey.owner(executable.path)
  return view.onHost(executable.path) === executable.path ? survey.owner(executable.path) : { ownership: 'unknown' }
}

interface Named {
  readonly executable: Executable
  readonly script: string | undefined
  readonly argv: readonly string[]
  readonly cwd: string | undefined
  readonly view: ProcessView
}

/** Executable and script, there or not, and those files named in argv that are there. */
function targetsOf(target: Target, { executable, script, argv, cwd, view }: Named): string[] {
  const targets = new Set<string>()
  const add = (path: string | undefined, mustExist: boolean): void => {
    if (path === undefined || targets.size >= mostTargets || /^\/(?:dev|proc|sys)\//.test(path)) return
    const onHost = view.onHost(path)
    if (onHost === undefined || (mustExist && target.files.stat(onHost)?.type !== 'file')) return
    targets.add(onHost)
  }
  if (!executable.inMemory) add(executable.path, false)
  add(script, false)
  const line = argv.slice(1, 64).map(quoted).join(' ')
  for (const path of commandTargets(`${quoted(executable.path)} ${line}`, { cwd })) add(path, true)
  for (const word of argv.slice(1, 64)) add(/^--?[\w-]+=(\/.*)$/s.exec(word)?.[1], true)
  return [...targets]
}

function quoted(word: string): string {
  return /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

function digestOf(target: Target, executable: Executable): string | undefined {
  const stat = target.files.stat(executable.link)
  return stat === undefined || stat.size > digestLimit ? undefined : hashOf(target, executable.link, 'sha256')
}

/** Code that is mapped from files which no package installed, but for the executable itself. */
function unownedLibraries(survey: Survey, pid: number, exe: string): string[] {
  const libraries = new Set<string>()
  for (const line of procText(survey.target, pid, 'maps', 1 << 20).split('\n')) {
    const match = /^\S+ \S?\S?x\S \S+ \S+ \d+ +(\/.*)$/.exec(line)
    const path = match?.[1]?.replace(/\\012/g, '\n').replace(/ \(deleted\)$/, '')
    if (path === undefined || path === exe || libraries.size >= 20) continue
    if (/^\/(?:memfd:|SYSV|dev\/)/.test(path)) continue
    const { ownership } = survey.owner(path)
    if (ownership === 'unowned' || ownership === 'modified') libraries.add(path)
  }
  return [...libraries]
}

function splitArguments(text: string): string[] {
  if (text === '') return []
  const words = (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0', mostArguments)
  // A process that writes a title over its arguments leaves the rest as NULs.
  while (words.length > 1 && words.at(-1) === '') words.pop()
  return words.map(word => word.slice(0, longestArgument))
}

function ageOf({ startTime }: ProcStat, { uptimeSeconds }: ProcessPlace): number | undefined {
  if (uptimeSeconds === undefined) return undefined
  return Math.max(0, Math.round((uptimeSeconds - startTime / ticksPerSecond) * 10) / 10)
}

function userName({ users }: ProcessPlace, uid: number | undefined): string | undefined {
  const name = uid === undefined ? undefined : users.get(uid)
  return name === undefined ? uid?.toString() : displayBytes(name)
}

function shown(text: string | undefined): string | undefined {
  return text === undefined ? undefined : displayBytes(text)
}

function procText(target: Target, pid: number, name: string, limit: number): string {
  return decodeBytes(target.files.read(`/proc/${pid}/${name}`, limit, 'fine') ?? Buffer.alloc(0))
}
