import { encodeBytes } from './bytes.ts'
import type { MemoryFile } from './memory-tree.ts'

export interface ProcessOptions {
  readonly pid: number
  /** Default 1. */
  readonly ppid?: number
  /** `comm`; default the name of the executable. Cut at 15 bytes, as the kernel does. */
  readonly name?: string
  /** Path of the executable, or `memfd:NAME`. Without one it has no exe link, as a kernel thread. */
  readonly exe?: string
  /** The executable was deleted: the link says so and still opens `exeContent`. */
  readonly deleted?: boolean
  readonly exeContent?: string | Buffer
  /** Default the executable alone. */
  readonly argv?: readonly string[]
  /** Default `/`. */
  readonly cwd?: string
  /** Default `/`. */
  readonly root?: string
  readonly uid?: number
  readonly gid?: number
  /** Default the pid. */
  readonly session?: number
  readonly processGroup?: number
  readonly tty?: number
  readonly tracerPid?: number
  readonly state?: 'R' | 'S' | 'D' | 'T' | 'Z' | 'I'
  /** Clock ticks after boot. */
  readonly startTime?: number
  readonly utime?: number
  readonly stime?: number
  readonly nice?: number
  readonly threads?: number
  /** Default PF_RANDOMIZE; of a kernel thread PF_KTHREAD as well. */
  readonly flags?: number
  readonly kernelThread?: boolean
  readonly environ?: Readonly<Record<string, string>>
  /** What each descriptor's link says: a path, `socket:[123]`, `pipe:[9]` … */
  readonly fds?: Readonly<Record<number, string>>
  /** Path in the version 2 hierarchy, or whole lines. Default `/`. */
  readonly cgroup?: string
  /** Paths mapped beside the executable. */
  readonly maps?: readonly string[]
  /** Bytes. */
  readonly rss?: number
  readonly hugePages?: number
}

const kernelThreadFlag = 0x0020_0000
const randomizeFlag = 0x0040_0000
const pageBytes = 4096

/** What the kernel shows of a process below /proc/PID (proc(5)), as files of a memory target. */
export function processFiles(options: ProcessOptions): Record<string, MemoryFile> {
  const { pid, uid = 0, gid = 0 } = options
  const files: Record<string, MemoryFile> = {}
  const add = (name: string, file: MemoryFile) => {
    files[`/proc/${pid}/${name}`] = { uid, gid, ...file }
  }
  files[`/proc/${pid}`] = { type: 'directory', uid, gid, mode: 0o555 }
  const argv = isKernelThread(options) ? [] : (options.argv ?? (options.exe === undefined ? [] : [options.exe]))
  add('stat', { content: statLine(options) })
  add('status', { content: statusText(options) })
  add('comm', { content: `${comm(options)}\n` })
  add('cmdline', { content: argv.map(word => `${word}\0`).join('') })
  add('environ', {
    content: Object.entries(options.environ ?? {})
      .map(([name, value]) => `${name}=${value}\0`)
      .join(''),
  })
  add('cgroup', { content: cgroupText(options.cgroup ?? '/') })
  add('maps', { content: mapsText(options) })
  add('cwd', { link: options.cwd ?? '/' })
  add('root', { link: options.root ?? '/' })
  add('fd', { type: 'directory' })
  add(`task/${pid}/stat`, { content: statLine(options) })
  if (options.exe !== undefined && !isKernelThread(options)) add('exe', exeLink(options))
  for (const [fd, says] of Object.entries(options.fds ?? {})) add(`fd/${fd}`, descriptorLink(says))
  return files
}

function isKernelThread({ kernelThread, flags = 0 }: ProcessOptions): boolean {
  return kernelThread === true || (flags & kernelThreadFlag) !== 0
}

function comm({ name, exe = '' }: ProcessOptions): string {
  const whole = name ?? exe.replace(/^.*[/:]/s, '')
  let cut = whole
  while (encodeBytes(cut).length > 15) cut = cut.slice(0, -1)
  return cut
}

function statLine(options: ProcessOptions): string {
  const { pid, ppid = 1, session = pid, processGroup = pid, tty = 0, nice = 0 } = options
  const fields = [
    ...[options.state ?? 'S', ppid, processGroup, session, tty, -1, flagsOf(options), 0, 0, 0, 0],
    ...[
      options.utime ?? 0,
      options.stime ?? 0,
      0,
      0,
      20 + nice,
      nice,
      options.threads ?? 1,
      0,
      options.startTime ?? 1000,
    ],
    ...[options.rss ?? 0, Math.floor((options.rss ?? 0) / pageBytes), '18446744073709551615'],
    ...Array.from({ length: 12 }, () => 0),
    ...[17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ]
  return `${pid} (${comm(options)}) ${fields.join(' ')}\n`
}

function flagsOf(options: ProcessOptions): number {
  return options.flags ?? (isKernelThread(options) ? kernelThreadFlag | randomizeFlag : randomizeFlag)
}

function statusText(options: ProcessOptions): string {
  const { pid, ppid = 1, uid = 0, gid = 0, session = pid, processGroup = pid } = options
  const kilobytes = (bytes = 0) => `${String(Math.floor(bytes / 1024)).padStart(8)} kB`
  const memory = [
    ['VmSize', kilobytes(options.rss)],
    ['VmRSS', kilobytes(options.rss)],
    ['HugetlbPages', kilobytes(options.hugePages)],
  ]
  return [
    ['Name', comm(options).replaceAll('\\', '\\\\').replaceAll('\n', '\\n')],
    ['Umask', '0022'],
    ['State', stateText(options.state ?? 'S')],
    ['Tgid', pid],
    ['Ngid', 0],
    ['Pid', pid],
    ['PPid', ppid],
    ['TracerPid', options.tracerPid ?? 0],
    ['Uid', Array(4).fill(uid).join('\t')],
    ['Gid', Array(4).fill(gid).join('\t')],
    ['FDSize', 64],
    ['Groups', ' '],
    ['NStgid', pid],
    ['NSpid', pid],
    ['NSpgid', processGroup],
    ['NSsid', session],
    ['Kthread', isKernelThread(options) ? 1 : 0],
    ...(isKernelThread(options) ? [] : memory),
    ['Threads', options.threads ?? 1],
  ]
    .map(([name, value]) => `${name}:\t${value}\n`)
    .join('')
}

function stateText(state: NonNullable<ProcessOptions['state']>): string {
  const words = { R: 'running', S: 'sleeping', D: 'disk sleep', T: 'stopped', Z: 'zombie', I: 'idle' }
  return `${state} (${words[state]})`
}

function cgroupText(cgroup: string): string {
  return cgroup.includes(':') ? `${cgroup.trimEnd()}\n` : `0::${cgroup}\n`
}

function mapsText(options: ProcessOptions): string {
  if (isKernelThread(options)) return ''
  const paths = [...(options.exe === undefined ? [] : [exeText(options)]), ...(options.maps ?? [])]
  return paths
    .map((path, at) => {
      const start = 0x7f00_0000_0000 + at * 0x10_0000
      const range = `${start.toString(16)}-${(start + pageBytes).toString(16)}`
      return `${`${range} r-xp 00000000 08:01 ${1000 + at}`.padEnd(73)}${path.replaceAll('\n', '\\012')}\n`
    })
    .join('')
}

function exeText({ exe = '', deleted }: ProcessOptions): string {
  if (exe.startsWith('memfd:')) return `/${exe} (deleted)`
  return deleted === true ? `${exe} (deleted)` : exe
}

function exeLink(options: ProcessOptions): MemoryFile {
  const link = exeText(options)
  if (link === options.exe && options.exeContent === undefined) return { link }
  return { link, content: options.exeContent ?? '', mode: 0o755 }
}

function descriptorLink(says: string): MemoryFile {
  if (says.startsWith('socket:')) return { link: says, type: 'socket' }
  if (says.startsWith('pipe:')) return { link: says, type: 'fifo' }
  return says.startsWith('/') && !says.endsWith(' (deleted)') ? { link: says } : { link: says, content: '' }
}
