import type { ContentMatch, Fact, FactKind, FactOf, Ownership } from '../model/index.ts'
import type { Target } from '../target/index.ts'

/** What a package database says of one path. */
export interface Owner {
  readonly ownership: Ownership
  readonly package?: string | undefined
  /** What the package recorded of the content, as `md5:…`, `sha1:…` or `sha256:…` and longer. */
  readonly recordedDigest?: string | undefined
}

/** What rules said of the content of one file. */
export interface SeenContent {
  readonly matches: readonly ContentMatch[]
  readonly sha256?: string | undefined
  readonly md5?: string | undefined
}

/** A line of passwd(5) that could be parsed. */
export interface Person {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

/** A look at a few processes and what they name. */
export interface Around {
  readonly pids: readonly number[]
  /** Processes that explain those: what they name is not looked at. */
  readonly parents?: readonly number[] | undefined
}

/** What a collector may use. It never sees rules or other collectors' code, only their facts. */
export interface Survey {
  readonly target: Target
  /** Facts of earlier stages and of collectors that ran before in the same stage. */
  facts<K extends FactKind>(kind: K): readonly FactOf<K>[]
  /** Every account of /etc/passwd, in its order. */
  readonly people: readonly Person[]
  /** Ownership of a path (links resolved, merged /usr considered); reads and hashes the file, and remembers it. */
  owner(path: string): Owner
  /** How long to watch processes and traffic, in seconds; 0 takes two samples shortly after each other. */
  readonly observeSeconds: number
  /** The user gave the scan time (`--observe`, `--full`): what costs more than a few milliseconds is looked at too. */
  readonly deep: boolean
  /** A scan of contents reads all files: nobody need look for what is worth it. */
  readonly readsAll: boolean
  /** Files in which a scan of contents found something, by path; empty where none was asked for. */
  readonly contents: ReadonlyMap<string, SeenContent>
  /** Only what is asked for, and nothing is searched for. Absent: the whole host. */
  readonly around?: Around | undefined
  /** Says what is being looked at, for the progress line. */
  progress(what: string): void
}

/** Turns one part of a host into facts. It judges nothing. */
export interface Collector {
  /** The file's name: `cron`, `systemd` … */
  readonly name: string
  readonly collects: readonly FactKind[]
  readonly os: readonly Target['os'][]
  /** Declared, so that the engine can say why it was skipped: "needs a running system". */
  readonly needsLive?: true
  /** `first`: from the host alone. `second`: looks at what the facts of the first stage point at. `third`: after that. */
  readonly stage: 'first' | 'second' | 'third'
  collect(survey: Survey): Iterable<Fact> | AsyncIterable<Fact>
}
