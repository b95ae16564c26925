import type { AgentConfig } from '../model/wire/index.ts'
import type { ConnectionParts } from './connection/connection.ts'
import type { Log } from './log.ts'
import type { Teller, Worker, WorkerSurroundings } from './ports.ts'
import type { UpgradeTrial } from './upgrade/trial.ts'
import type { Watching, WatchingParts } from './watch/watching.ts'

export interface AgentOptions {
  readonly state: string
  readonly program: string
  readonly launcher: string
  /** Reads `agent.yml` anew; at the start and whenever `reload` is called. Throws with a message for people. */
  readonly readConfig: () => Promise<AgentConfig>
  readonly makeWorker: (surroundings: WorkerSurroundings) => Worker
  /** What listens to this host; absent: nobody does. */
  readonly makeWatching?: (parts: Omit<WatchingParts, 'program' | 'launcher'>) => Pick<Watching, keyof Watching>
  readonly upgrade: WorkerSurroundings['upgrade']
  /** Whether `upgrade` can do it: the program was installed by its package, and this host knows a release key. Default no. */
  readonly replaceable?: () => boolean
  /** What an upgrade that was just made still has to show. */
  readonly trial?: UpgradeTrial
  readonly teller?: Teller
  /** How the service is, in a few words, for systemd. */
  readonly tellService?: (state: 'ready' | 'alive' | 'stopping', words: string) => void
  /** Default 0: see `WorkerSurroundings`. */
  readonly patienceMs?: number
  readonly log: Log
  readonly connection?: Pick<ConnectionParts, 'pauseFactor' | 'times' | 'random'>
  /** For tests. */
  readonly tickMs?: number
  readonly random?: () => number
}
