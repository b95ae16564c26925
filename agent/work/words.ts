import type { AgentConfig, Order } from '../../model/wire/index.ts'

/** What a child needs besides the order. */
export interface ChildSurroundings {
  /** `STATE/agent/plans`, where each kept plan is `ID.json`. */
  readonly plans: string
  readonly policy: Pick<AgentConfig['orders'], 'mostActions' | 'neverTouch' | 'suspected'>
  /** Somebody with a pinned key signed it. */
  readonly approved: boolean
  /** Addresses of the center, never blocked. */
  readonly centers: readonly string[]
  /** The agent will look again at what a clean-up removed. */
  readonly laterLooks: boolean
  /** A mounted tree instead of this host. */
  readonly root?: string | undefined
}

/**
 * The command line of ours that carries out an accepted order; undefined for those that the agent does itself. Each value from
 * the order is one argument of its own or stands behind `=`, so that none can be read as an option.
 */
export function wordsOf({ id, action }: Order, given: ChildSurroundings): string[] | undefined {
  const { policy } = given
  const order = `--order=${id}`
  const tree = given.root === undefined ? [] : [`--root=${given.root}`]
  const untouched = policy.neverTouch.map(path => `--never-touch=${path}`)
  const bounds = [`--limit-actions=${policy.mostActions}`, ...untouched]
  const centers = given.centers.map(address => `--never-block=${address}`)
  switch (action.kind) {
    case 'scan':
      return ['agent', 'look', order, ...readingOf(action), ...tree]
    case 'report-inventory':
      return ['agent', 'look', order, '--only-inventory', '--whole-inventory', ...tree]
    case 'report-processes':
      return ['agent', 'processes', order, ...tree]
    case 'clean': {
      const watch = action.watchSeconds === undefined ? [] : [`--watch=${action.watchSeconds}s`]
      const which =
        action.plan === undefined
          ? [
              `--incident=${action.incident}`,
              `--handling=${action.handling}`,
              ...(action.finding === undefined ? [] : [`--finding=${action.finding}`]),
              ...(policy.suspected || given.approved ? ['--include=suspected'] : []),
            ]
          : [`--plan=${given.plans}/${action.plan}.json`]
      return ['clean', '--yes', order, ...which, ...watch, ...bounds, ...centers, ...lookingLater(given), ...tree]
    }
    case 'prove':
      return ['prove', '--full-priority', '--', action.run]
    case 'undo':
      return [
        'undo',
        '--yes',
        ...untouched,
        ...(action.action === undefined ? [] : [`--action=${action.action}`]),
        '--',
        action.run,
      ]
    case 'restore':
      return ['quarantine', 'restore', '--yes', '--', action.entry]
    case 'send-quarantined':
      return ['agent', 'send-quarantined', order, `--sha256=${action.sha256}`, '--', action.entry]
    case 'block':
      return ['block', 'add', order, `--for=${action.seconds}s`, ...centers, '--', ...action.addresses]
    case 'unblock':
      return ['block', 'remove', order, '--', ...action.addresses]
    case 'upgrade':
    case 'cancel':
      return undefined
  }
}

/** What a scan reads, and within which share of a core; the policy's own ceiling holds beside it. */
function readingOf({ mode, path, cpuPercent }: Extract<Order['action'], { kind: 'scan' }>): string[] {
  return [
    ...(mode === 'full' ? ['--full'] : []),
    ...(mode === 'path' && path !== undefined ? [`--path=${path}`] : []),
    ...(cpuPercent === undefined ? [] : [`--cpu=${cpuPercent}%`]),
  ]
}

/** So that the proof says that somebody looks again. */
export function lookingLater({ laterLooks }: Pick<ChildSurroundings, 'laterLooks'>): string[] {
  return laterLooks ? ['--agent-looks-later'] : []
}
