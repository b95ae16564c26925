/** What a look-alike does (programs/lookalike.c). It computes nothing, fetches nothing and ends by itself. */
export interface Behaviour {
  /** Adds a line to this file before it does anything else: its pid, milliseconds since 1970, its path. */
  readonly leaves?: string
  /** Percent of a core per thread. */
  readonly burn?: number
  readonly threads?: number
  /** Holds a stratum conversation with the fake pool on this port of 127.0.0.1. */
  readonly pool?: number
  /** What it says to the pool is not in its file as it is said: only its memory has it. */
  readonly veiled?: true
  /** What it calls itself once it runs. */
  readonly title?: string
  /** Ignores INT, HUP and TERM. */
  readonly stubborn?: true
  /** Only one of that name runs at a time. */
  readonly once?: string
  /** Goes into the background by itself, as droppers do. */
  readonly detach?: true
  /** Files that it puts back within half a second, from its memory. */
  readonly keeps?: readonly string[]
  readonly keepsLines?: readonly { readonly path: string; readonly text: string }[]
  /** Programs that it starts again within half a second. */
  readonly keepsRunning?: readonly string[]
  /** Two processes; if one dies the other goes on under a new random name, copied from this master file. */
  readonly twin?: string
  /** Seconds until it ends by itself, for what should be over sooner than the rest. */
  readonly seconds?: number
}

/** What a file holds. Two look-alikes with equal behaviour and words have the same bytes and so the same hash. */
export type Content =
  | { readonly text: string }
  | { readonly base64: string }
  | { readonly lookalike: Behaviour; readonly words?: string }
  /** A file of the host as it is, with bytes behind its end that change nothing but the hash. */
  | { readonly copyOf: string; readonly append?: string }
  | { readonly library: 'hide-readdir' | 'hide-all'; readonly hides: readonly string[] }

/** What a clean-up must make of it. */
export type After =
  /** No longer there. */
  | 'gone'
  /** What the package installed is back. */
  | 'restored'
  /** Only a person or a package can put it right: it stays, the plan says how, `clean` ends with 30. */
  | 'advised'

interface Planted {
  /** `gone` when absent. */
  readonly after?: After
}

/** One thing on a host. Paths are in the form of `decodeBytes`. Planted in this order: as listed, then processes, then attributes. */
export type Item = Planted &
  (
    | {
        readonly kind: 'file'
        readonly path: string
        readonly content: Content
        readonly mode?: number
        /** Account that owns it; root when absent. */
        readonly owner?: string
        readonly attributes?: 'i' | 'a' | 'ia'
        /** An entry of its access ACL, as setfacl(1) takes it. */
        readonly acl?: string
        /** Set its modification time back by so many days. */
        readonly daysOld?: number
      }
    | { readonly kind: 'link'; readonly path: string; readonly to: string }
    /** A second name of a file that is listed on its own. */
    | { readonly kind: 'hard-link'; readonly path: string; readonly to: string }
    /** A command of the host under another name, its own taken away. */
    | { readonly kind: 'rename'; readonly path: string; readonly to: string }
    /** Rights of a file of the host, taken away. `mask` is that of an access ACL which grants nobody anything more. */
    | { readonly kind: 'mode'; readonly path: string; readonly mode: number; readonly mask?: string }
    /** A line of the host, written anew. */
    | { readonly kind: 'changed-line'; readonly path: string; readonly was: string; readonly text: string }
    /** A directory of the intruder's; its files are listed on their own. */
    | {
        readonly kind: 'directory'
        readonly path: string
        readonly owner?: string
        readonly mode?: number
        readonly attributes?: 'i' | 'a'
      }
    /** A line at the end of a file that may belong to the host. */
    | {
        readonly kind: 'line'
        readonly path: string
        readonly text: string
        readonly owner?: string
        readonly mode?: number
        readonly attributes?: 'i' | 'a' | 'ia'
      }
    | {
        readonly kind: 'account'
        readonly name: string
        readonly uid: number
        /** The uid when absent. */
        readonly gid?: number
        readonly home: string
        readonly shadow: string
        /** How often its lines stand in passwd and shadow; once when absent. */
        readonly copies?: number
      }
    /** A unit whose file is listed on its own: it is enabled and started. */
    | { readonly kind: 'unit'; readonly name: string; readonly path: string }
    /** An empty directory mounted over /proc/PID of that program, which takes it out of every list. */
    | { readonly kind: 'mount'; readonly over: string; readonly source: string }
    /** A flag on something that belongs to the host. */
    | { readonly kind: 'attribute'; readonly path: string; readonly flag: 'i' | 'a' }
    | {
        readonly kind: 'process'
        /** The program; its file is listed on its own. */
        readonly path: string
        readonly argv: readonly string[]
        readonly user?: string
        readonly cwd?: string
        /** Its file is removed once it runs. */
        readonly deleted?: true
        /** Started by the unit or another process of this part: it only has to be there. */
        readonly startedBy?: string
      }
  )

export interface Infection {
  readonly family: string
  /** Whether `families[]` of the incident is expected to name it; a campaign nobody knows is found by behaviour alone. */
  readonly known: boolean
  readonly title: string
  /** For a newcomer: what has been done to this host, one sentence each. */
  readonly story: readonly string[]
  readonly items: readonly Item[]
}

/** The port of 127.0.0.1 on which the fake pool waits. */
export const poolPort = 13333

/** Shaped like a Monero address and nobody's: its checksum is wrong. */
export const wallet = `4A${'DavylampRangeTestWa11etDoNotUse'.repeat(3)}`

/** Words as a miner has them in its binary, so that a look into the content finds them. */
export const minerWords = [
  'XMRig/6.21.0 (Linux x86_64) libuv/1.44.2 gcc/11.2.1',
  'stratum+tcp:// stratum+ssl:// --donate-level --cpu-max-threads-hint --randomx-1gb-pages',
  'rx/0 rx/wow cn/r argon2/chukwav2 ghostrider kawpow',
  'POOL #1 HUGE PAGES new job from accepted (%) diff speed 10s/60s/15m msr register values for',
].join('\n')

/** First line of a script that is started on the host: it ends there, and what follows is only read. */
export const endsHere = 'test -e /nonexistent/davylamp-range || exit 0'

export const miner: Behaviour = { burn: 30, pool: poolPort }

/** Holds itself back, as those do that want to stay: many of them fit on one host. */
export const shyMiner: Behaviour = { burn: 6, pool: poolPort }
