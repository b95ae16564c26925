import type { Fact, FactKind, FactOf, IdentifiedFact } from '../model/index.ts'
import { factId } from './identity.ts'
import { isOddDirectory, isShared, twinPath } from './places.ts'

export type Known<K extends FactKind = FactKind> = FactOf<K> & { readonly id: string }

/** What a rule may ask about the host as a whole. */
export interface HostTraits {
  /** A database, virtual machine or packet-processing program is installed or runs, which explains huge pages. */
  readonly usesHugePages: boolean
  /** A graphics or machine-learning framework runs, which explains GPU devices. */
  readonly usesGpu: boolean
  readonly live: boolean
}

/** All facts of one host with the look-ups that linking and walking need. Built once, never changed. */
export class World {
  readonly facts: readonly IdentifiedFact[]
  readonly host: HostTraits
  /** Whether somebody said that a fact is theirs, whatever a rule may say of it. */
  readonly allows: (fact: IdentifiedFact) => boolean
  readonly #byKind = new Map<FactKind, Known[]>()
  readonly #byId = new Map<string, IdentifiedFact>()
  readonly #files = new Map<string, Known<'file'>>()
  readonly #processes = new Map<number, Known<'process'>>()
  readonly #accounts = new Map<string, Known<'account'>>()
  readonly #starters = new Map<string, Known<'autostart'>[]>()
  readonly #runners = new Map<string, Known<'process'>[]>()
  readonly #scripts = new Map<string, Known<'file'>[]>()
  readonly #sameContent = new Map<string, Known<'file'>[]>()
  readonly #inDirectory = new Map<string, Known<'file'>[]>()
  readonly #sockets = new Map<number, Known<'socket'>[]>()
  readonly #children = new Map<number, number>()
  readonly #listening = new Set<string>()

  constructor(facts: readonly Fact[], live: boolean, allows: (fact: IdentifiedFact) => boolean = () => false) {
    this.allows = allows
    const known = new Map<string, IdentifiedFact>()
    // Two facts with one id are the same thing seen twice; processes, and what is of one, differ by pid and both stay.
    for (const fact of facts) {
      const id = factId(fact)
      const key = differsByPid(fact) ? `${id}:${pidOf(fact)}` : id
      if (!known.has(key)) known.set(key, { ...fact, id })
    }
    this.facts = [...known.values()].sort(byKindAndName)
    for (const fact of this.facts) this.#remember(fact)
    this.host = { live, usesHugePages: this.#usesHugePages(), usesGpu: this.#usesGpu() }
  }

  all<K extends FactKind>(kind: K): readonly Known<K>[] {
    return (this.#byKind.get(kind) ?? []) as unknown as readonly Known<K>[]
  }

  get(id: string): IdentifiedFact | undefined {
    return this.#byId.get(id)
  }

  /** The file fact at a path, also under its other name where /bin is /usr/bin. */
  file(path: string): Known<'file'> | undefined {
    const twin = twinPath(path)
    return this.#files.get(path) ?? (twin === undefined ? undefined : this.#files.get(twin))
  }

  /** The file facts at paths and, where one is a link, what it leads to; each once. */
  filesAt(paths: readonly (string | undefined)[]): Known<'file'>[] {
    const found = new Map<string, Known<'file'>>()
    for (let path of paths)
      for (let hops = 0; path !== undefined && hops < 8; hops++) {
        const file = this.file(path)
        if (file === undefined || found.has(file.id)) break
        found.set(file.id, file)
        path = file.type === 'symlink' ? file.linkTarget : undefined
      }
    return [...found.values()]
  }

  process(pid: number): Known<'process'> | undefined {
    return this.#processes.get(pid)
  }

  account(name: string): Known<'account'> | undefined {
    return this.#accounts.get(name)
  }

  /** Connections that a process holds. */
  socketsOf(pid: number): readonly Known<'socket'>[] {
    return this.#sockets.get(pid) ?? []
  }

  /** Some process waits for others at that port. */
  listensOn(protocol: string, port: number): boolean {
    return this.#listening.has(`${protocol} ${port}`)
  }

  /** How many processes it started that still run. */
  childrenOf(pid: number): number {
    return this.#children.get(pid) ?? 0
  }

  /** Autostarts that name the file. */
  startersOf(path: string): readonly Known<'autostart'>[] {
    return both(this.#starters, path)
  }

  /** Scripts whose text starts the file or gives it to a program of no package. */
  scriptsRunning(path: string): readonly Known<'file'>[] {
    return both(this.#scripts, path)
  }

  /** Processes whose executable or script it is, or that name it in argv. */
  runnersOf(path: string): readonly Known<'process'>[] {
    return both(this.#runners, path)
  }

  /** Files with the same SHA-256, without empty ones and copies of what a package brought. */
  copiesOf(sha256: string): readonly Known<'file'>[] {
    return this.#sameContent.get(sha256) ?? []
  }

  /** Files directly in a directory. */
  filesIn(directory: string): readonly Known<'file'>[] {
    return this.#inDirectory.get(directory) ?? []
  }

  /** Configurations of a miner beside the only program of a directory that is started: that reads them without being told. */
  minerConfigsFor(program: Known<'file'>): readonly Known<'file'>[] {
    const directory = program.path.slice(0, program.path.lastIndexOf('/')) || '/'
    if (isShared(directory) || !program.traits.includes('elf')) return []
    const here = this.filesIn(directory)
    const started = here.filter(
      one =>
        one.traits.includes('elf') &&
        (this.startersOf(one.path).length > 0 || this.runnersOf(one.path).some(runner => runner.path === one.path)),
    )
    if (started.length !== 1 || started[0] !== program) return []
    // Somebody else's file in the directory of a program would be bait.
    const mayBelong = (one: Known<'file'>) => one.uid === 0 || one.uid === program.uid
    return here.filter(one => one.traits.includes('miner-config') && !isOwned(one.ownership) && mayBelong(one))
  }

  #remember(fact: IdentifiedFact): void {
    push(this.#byKind, fact.kind, fact as Known)
    this.#byId.set(fact.id, this.#byId.get(fact.id) ?? fact)
    switch (fact.kind) {
      case 'file':
        this.#files.set(fact.path, fact)
        for (const run of new Set(fact.runs)) push(this.#scripts, run, fact)
        push(this.#inDirectory, fact.path.slice(0, fact.path.lastIndexOf('/')) || '/', fact)
        // A copy of a package's file says nothing about another copy of it.
        if (fact.sha256 !== undefined && fact.size > 0 && fact.packagedCopy === undefined && !isOwned(fact.ownership))
          push(this.#sameContent, fact.sha256, fact)
        break
      case 'process':
        this.#processes.set(fact.pid, fact)
        if (fact.parentPid !== undefined) this.#children.set(fact.parentPid, this.childrenOf(fact.parentPid) + 1)
        for (const target of new Set([...programsOf(fact), ...fact.targets]))
          if (target !== undefined) push(this.#runners, target, fact)
        break
      case 'socket':
        if (fact.pid !== undefined) push(this.#sockets, fact.pid, fact)
        break
      case 'listener':
        this.#listening.add(`${fact.protocol} ${fact.port}`)
        break
      case 'account':
        if (!this.#accounts.has(fact.name)) this.#accounts.set(fact.name, fact)
        break
      case 'autostart':
        for (const target of new Set(fact.targets)) push(this.#starters, target, fact)
        break
      default:
    }
  }

  #usesHugePages(): boolean {
    const programs =
      /^(postgres|postmaster|oracle|ora_|mysqld|mariadbd|mongod|qemu|kvm|dpdk|ovs-vswitchd|vpp|java|sapstart|db2)/
    // A name alone is no proof: an unowned program called `java` explains nothing.
    const running = this.all('process').some(one => programs.test(one.name) && isOwned(one.ownership))
    const installed =
      /^(postgresql|mysql-server|mariadb-server|oracle|qemu-system|libvirt|dpdk|openvswitch|mongodb|default-jre|openjdk)/
    const owned = this.all('autostart').some(
      one => isOwned(one.ownership) && one.package !== undefined && installed.test(one.package),
    )
    const packages = this.all('package').some(one => installed.test(one.name))
    const declared = this.all('sysctl').some(one => one.name === 'vm.nr_hugepages' && one.package !== undefined)
    return running || owned || packages || declared
  }

  #usesGpu(): boolean {
    const programs = /^(Xorg|X|Xwayland|gnome-shell|kwin|tritonserver|jupyter|ollama|nvidia-persiste|nvidia-smi|dcgm)/
    return this.all('process').some(one => programs.test(one.name) && isOwned(one.ownership))
  }
}

/**
 * The executable and script of a process as paths of this host. What a container calls `/app/run` is another file than the
 * host's, and than that of another container.
 */
export function programsOf({ path, script, container, hostPath }: FactOf<'process'>): string[] {
  const paths = container === undefined ? [path, script] : [hostPath]
  return paths.filter(one => one !== undefined)
}

/** What the runtime calls a container: in an incident the fact's own id stands in `id`. */
export function containerIdOf({ containerId, id }: { containerId?: string | undefined; id: string }): string {
  return containerId ?? id
}

export function isOwned(ownership: string | undefined): boolean {
  return ownership === 'owned' || ownership === 'verified' || ownership === 'conffile'
}

/** A file in a place where programs do not belong. */
export function liesOddly(path: string): boolean {
  return isOddDirectory(path.slice(0, path.lastIndexOf('/')) || '/')
}

function both<T>(map: ReadonlyMap<string, T[]>, path: string): readonly T[] {
  const twin = twinPath(path)
  const here = map.get(path) ?? []
  const there = twin === undefined ? [] : (map.get(twin) ?? [])
  return there.length === 0 ? here : [...new Set([...here, ...there])]
}

function push<K, T>(map: Map<K, T[]>, key: K, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** Several things may have one id, which is made without the pid: processes of one program, their connections, mounts over them. */
export function differsByPid({ kind }: Fact): boolean {
  return kind === 'process' || kind === 'socket' || kind === 'mount'
}

function pidOf(fact: Fact): number {
  return 'pid' in fact && fact.pid !== undefined ? fact.pid : 0
}

/** The order of everything that follows from it: independent of the order of collectors, directories and pids of equals. */
function byKindAndName(a: IdentifiedFact, b: IdentifiedFact): number {
  return compare(a.kind, b.kind) || compare(nameIn(a), nameIn(b)) || pidOf(a) - pidOf(b) || compare(a.id, b.id)
}

function nameIn(fact: IdentifiedFact): string {
  const path = 'path' in fact ? (fact.path ?? '') : ''
  const line = 'line' in fact && fact.line !== undefined ? String(fact.line).padStart(8, '0') : ''
  return `${path}\u0000${line}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
