import { actionObject, type Moment, shortened } from '../../engine/story/index.ts'
import type { KnownMoment } from '../../model/api/index.ts'
import type { Outcome } from '../../model/index.ts'
import type { AlertCase, CaseEvent, CaseRun } from './load-case.ts'

/** What people, the center and the host did about an alert since it was raised. */
export function centerMoments({ alert, events, runs = [] }: AlertCase): Moment[] {
  return [
    {
      at: alert.firstSeen,
      exact: true,
      source: 'scan',
      what: 'first-seen' satisfies KnownMoment,
      subject: alert.title,
    },
    ...events.flatMap(momentOfEvent),
    ...runs.flatMap(momentsOfRun),
  ]
}

/** Said by `first-seen`, or once for each scan: it would bury the rest. */
const silent = new Set(['opened', 'seen-again', 'changed'])

/** What was written in a comment is told in the history of the alert, not here. */
function momentOfEvent({ at, actor, what, detail }: CaseEvent): Moment[] {
  if (silent.has(what)) return []
  const person = actor !== 'host' && actor !== 'center'
  return [
    {
      at: at.toISOString(),
      exact: true,
      source: what.startsWith('order-') ? 'order' : 'center',
      what: shortened(what, 60),
      subject: what === 'comment' ? '' : subjectOf(detail),
      ...(person ? { actor: shortened(actor, 100) } : {}),
    },
  ]
}

function subjectOf(detail: CaseEvent['detail']): string {
  const text = (name: string) => {
    const value = detail[name]
    return typeof value === 'string' && value !== '' ? shortened(value, 200) : undefined
  }
  return [text('kind') ?? text('handledAs') ?? text('to'), text('reason') ?? text('because') ?? text('allowed')]
    .filter(one => one !== undefined)
    .join(': ')
}

const steps: Readonly<Partial<Record<Outcome, KnownMoment>>> = {
  done: 'step-done',
  'already-done': 'step-already-done',
  'changed-since': 'step-changed-since',
  failed: 'step-failed',
  skipped: 'step-skipped',
  undone: 'step-undone',
}

function momentsOfRun({ id, state, startedAt, changedAt, actions, proof }: CaseRun): Moment[] {
  const moment = (what: KnownMoment, at: string, subject: string, exact = true): Moment => ({
    at,
    exact,
    source: 'run',
    what,
    subject,
  })
  const done = actions.flatMap(one => {
    const what = steps[one.state.outcome]
    if (what === undefined) return []
    const { action, detail } = one.state
    const trouble = detail === undefined || what === 'step-done' ? '' : ` – ${shortened(detail, 200)}`
    // The center heard of it then; on the host it was a little before.
    return [moment(what, one.at.toISOString(), `${action.kind} ${actionObject(action)}${trouble}`, false)]
  })
  const proven = proof === undefined || Number.isNaN(Date.parse(proof.at)) ? undefined : new Date(proof.at)
  return [
    moment('run-started', startedAt.toISOString(), id),
    ...done,
    ...(state === 'running' ? [] : [moment('run-ended', (lastOf(actions) ?? changedAt).toISOString(), state, false)]),
    ...(proven === undefined || proof === undefined ? [] : [moment('proof', proven.toISOString(), proof.result)]),
  ]
}

function lastOf(actions: CaseRun['actions']): Date | undefined {
  return actions.map(one => one.at).toSorted((a, b) => b.getTime() - a.getTime())[0]
}
