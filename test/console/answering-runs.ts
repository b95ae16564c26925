import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { ActionState, Plan, Proof, Run } from '../../model/index.ts'
import type { OrderAction, Report } from '../../model/wire/index.ts'
import type { RecordedHost } from './record.ts'

type OrderOf<K> = Extract<OrderAction, { kind: K }>
type Say = (report: Report) => void

/** Plays clean-ups of a simulated host: its recorded plans, step by step, and takes them back. */
export interface Runs {
  /** Tells all that a host tells; `undefined`: there is no such plan, and nothing was told. */
  clean(order: string, action: OrderOf<'clean'>, say: Say): Promise<Run | undefined>
  undo(order: string, action: OrderOf<'undo'>, say: Say): Promise<Run | undefined>
}

/** Long enough to be seen, short enough for a test. */
const stepMs = 100

export function runsOf(host: RecordedHost): Runs {
  const known = new Map(host.reports.flatMap(one => (one.kind === 'run' ? [[one.run.id, one.run]] : [])))
  return {
    async clean(order, action, say) {
      const plan = planFor(host, action)
      if (plan === undefined) return undefined
      const id = `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(2).toString('hex')}`
      const states: ActionState[] = plan.actions.map(plannedState)
      const whole = (state: Run['state'], proof?: Proof): Run => ({
        format: 'davylamp-run',
        version: 1,
        id,
        at: new Date().toISOString(),
        plan: plan.id,
        root: '/',
        live: true,
        state,
        incidents: plan.incidents,
        actions: states,
        ...(proof === undefined ? {} : { proof }),
      })
      say({ kind: 'order', order, state: 'running', run: id })
      say({ kind: 'run', order, run: whole('running') })
      for (const [place, one] of states.entries()) {
        await pause(stepMs)
        const state = { ...one, outcome: 'done' as const }
        states[place] = state
        say({ kind: 'run-step', order, run: id, plan: plan.id, state, of: states.length })
      }
      const run = whole('complete', proofOf(id, plan))
      known.set(id, run)
      say({ kind: 'run', order, run })
      return run
    },
    async undo(order, action, say) {
      const before = known.get(action.run)
      if (before === undefined) return undefined
      say({ kind: 'order', order, state: 'running', run: action.run })
      await pause(stepMs)
      const { proof: _, ...rest } = before
      const actions = before.actions.map(one =>
        one.undoable && (action.action === undefined || one.number === action.action)
          ? { ...one, outcome: 'undone' as const }
          : one,
      )
      const run: Run = { ...rest, actions, state: action.action === undefined ? 'undone' : 'partly-undone' }
      known.set(run.id, run)
      say({ kind: 'run', order, run })
      return run
    },
  }
}

function planFor({ reports }: RecordedHost, { plan, incident, finding, handling }: OrderOf<'clean'>): Plan | undefined {
  const all = reports.flatMap(one => (one.kind === 'plans' ? one.plans : []))
  const found = all.findLast(one =>
    plan === undefined
      ? one.incident === incident && one.finding === finding && one.handling === handling
      : one.plan.id === plan,
  )
  return found?.plan
}

function plannedState({ number, phase, action, reason, undoable }: Plan['actions'][number]): ActionState {
  return { number, phase, action, reason, outcome: 'planned', undoable }
}

function proofOf(run: string, { actions }: Plan): Proof {
  const now = Date.now()
  const after = (hours: number) => new Date(now + hours * 3_600_000).toISOString()
  return {
    format: 'davylamp-proof',
    version: 1,
    run,
    at: new Date(now).toISOString(),
    result: 'clean',
    checked: actions.flatMap(({ action }) =>
      action.kind === 'quarantine-file'
        ? [{ what: `file ${action.path}`, gone: true, how: 'own reading of the file system' }]
        : action.kind === 'kill-process'
          ? [{ what: `process ${action.process.pid}`, gone: true, how: 'own reading of /proc, by pid and start time' }]
          : [],
    ),
    respawned: [],
    watchedSeconds: 1,
    remains: [],
    gaps: [],
    laterLooks: [
      { when: 'after 1 hour', at: after(1), installed: false },
      { when: 'after 24 hours', at: after(24), installed: false },
      { when: 'after 8 days', at: after(192), installed: false },
      { when: 'after the next boot', installed: false },
    ],
  }
}
