import { type EventRules, type OpenedEventRules, openEventRules } from '../../rulebook/event-rules.ts'
import { runLook } from '../work/child.ts'

export interface KeptEventRulesOptions {
  readonly launcher: string
  /** The state folder of all commands. */
  readonly state: string
  /** Local rules' folders on the command line, besides those of the state folder. */
  readonly rules?: readonly string[]
  readonly log: (line: string) => void
}

export interface KeptEventRules extends EventRules {
  /** Why there are none, or older ones than there could be. */
  readonly problem: string | undefined
  /** Looks whether rule files changed, and has them read by a child if so. Never throws; at the same time only once. */
  refresh(signal: AbortSignal): Promise<void>
}

const longestSeconds = 120

/** Rules over events that follow their files. The last good ones stay in use when new ones cannot be had. */
export function keepEventRules({ launcher, state, rules = [], log }: KeptEventRulesOptions): KeptEventRules {
  const opened: OpenedEventRules = openEventRules({ stateFolder: state, foreignFolders: rules })
  let problem = opened.problem
  let refreshing: Promise<void> | undefined
  const prepare = async (signal: AbortSignal) => {
    if (opened.problem === undefined && !opened.isStale()) return
    const words = ['--state', state, 'agent', 'prepare-rules', ...rules.flatMap(folder => ['--rules', folder])]
    try {
      const end = await runLook({ launcher, words, signal, seconds: longestSeconds, onLine: () => {} })
      if (end.status !== 0) throw new Error(end.stderr.trim() || `the child ended with ${end.status}`)
      opened.reload()
      problem = opened.problem
    } catch (error) {
      problem = `rules over events could not be prepared: ${error instanceof Error ? error.message : String(error)}`
    }
    if (problem !== undefined) log(problem)
  }
  return {
    get count() {
      return opened.count
    },
    get version() {
      return opened.version
    },
    get problem() {
      return problem
    },
    judge: event => opened.judge(event),
    refresh(signal) {
      refreshing ??= prepare(signal).finally(() => {
        refreshing = undefined
      })
      return refreshing
    },
  }
}
