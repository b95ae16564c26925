import type { OrderAction, Refusal } from '../../model/wire/index.ts'
import { brokenBounds, type Broken } from './bounds.ts'
import type { HostKnowledge } from './knowledge.ts'

/** Whether the host has by itself what an action names, and whether the center's word is enough for it. */
export type Standing =
  | { readonly kind: 'enough' }
  /** Somebody must sign; `why` goes on the sentence "An approver must sign it:". */
  | { readonly kind: 'approval'; readonly why: string }
  | { readonly kind: 'impossible'; readonly refusal: Refusal; readonly reason: string }

const mostWaiting = 100

/** What the owner of the host forbids whoever asks, and what this agent cannot do. */
export function localLimits(action: OrderAction, knowledge: HostKnowledge): Broken | undefined {
  const { policy } = knowledge
  const needed = action.kind === 'scan' ? `scan:${action.mode}` : action.kind
  if (!knowledge.capabilities.includes(needed))
    return { refusal: 'not-capable', reason: `This agent cannot do ${needed.replace(':', ' ')}. See its capabilities.` }
  if (action.kind === 'scan' && (action.path === undefined) !== (action.mode !== 'path'))
    return { refusal: 'not-capable', reason: 'A path belongs to a scan of mode path, and only to that.' }
  if (action.kind === 'scan' && action.path !== undefined && !action.path.startsWith('/'))
    return { refusal: 'not-capable', reason: 'The path of a scan begins with /.' }
  if (!policy.accept.includes(action.kind))
    return {
      refusal: 'local-policy',
      reason: `agent.yml of this host takes no orders of kind ${action.kind} (orders.accept).`,
    }
  if (action.kind === 'cancel') return undefined
  if (policy.between !== undefined && !isBetween(knowledge.minuteOfDay, policy.between))
    return {
      refusal: 'local-policy',
      reason: `agent.yml of this host takes orders between ${policy.between.from} and ${policy.between.to} only (orders.between).`,
    }
  if (action.kind === 'upgrade' && !knowledge.mayUpgrade)
    return {
      refusal: 'local-policy',
      reason: 'agent.yml of this host lets nobody replace the program (upgrade: false).',
    }
  if (knowledge.waiting >= mostWaiting)
    return { refusal: 'busy', reason: `${knowledge.waiting} orders wait on this host already. Send it again later.` }
  return undefined
}

/** What the action names must be the host's own; what is not of the host's own incidents needs an approver. */
export function objectAndStanding(action: OrderAction, knowledge: HostKnowledge): Standing {
  switch (action.kind) {
    case 'scan':
    case 'report-inventory':
    case 'report-processes':
    case 'upgrade':
      return { kind: 'enough' }
    case 'clean':
      return standingOfClean(action, knowledge)
    case 'prove':
      return knowledge.run(action.run) === undefined ? noSuchRun(action.run) : { kind: 'enough' }
    case 'undo':
      return standingOfUndo(action.run, knowledge)
    case 'restore':
      return standingOfRestore(action, knowledge)
    case 'send-quarantined':
      return standingOfSending(action, knowledge)
    case 'block':
      return standingOfBlock(action, knowledge)
    case 'unblock':
      return action.addresses.every(one => knowledge.blockedByCenter(one))
        ? { kind: 'enough' }
        : { kind: 'approval', why: 'not every address was blocked by an order of this center' }
    case 'cancel':
      return knowledge.order(action.order) === undefined
        ? impossible('not-of-this-center', 'This host has no such order.')
        : { kind: 'enough' }
  }
}

type Clean = Extract<OrderAction, { kind: 'clean' }>

function standingOfClean(action: Clean, knowledge: HostKnowledge): Standing {
  const { policy } = knowledge
  const incident = knowledge.incident(action.incident)
  if (incident === undefined || incident.verdict === 'exposure')
    return impossible(
      'no-such-incident',
      'This host has computed no such incident from its own rules in the last 30 days. Scan it again and choose from what it reports.',
    )
  if (action.finding !== undefined && !incident.findings.includes(action.finding))
    return impossible(
      'no-such-incident',
      'The incident has no such finding. Scan again and choose from what is reported.',
    )
  if (action.plan !== undefined) {
    const wrong = wrongPlan(action, action.plan, knowledge)
    if (wrong !== undefined) return { kind: 'impossible', ...wrong }
  }
  if (incident.verdict === 'suspected' && !policy.suspected)
    return { kind: 'approval', why: 'the incident is only suspected (orders.suspected in agent.yml)' }
  return { kind: 'enough' }
}

function wrongPlan(action: Clean, id: string, knowledge: HostKnowledge): Broken | undefined {
  const kept = knowledge.keptFor(id)
  if (kept.length === 0)
    return { refusal: 'no-such-plan', reason: 'This host keeps no such plan. Order it without a plan, or scan again.' }
  const fits = kept.some(
    one => one.incident === action.incident && one.finding === action.finding && one.handling === action.handling,
  )
  if (!fits) return { refusal: 'plan-differs', reason: 'This host made that plan for something else.' }
  const plan = knowledge.plan(id)
  if (plan === undefined)
    return { refusal: 'plan-differs', reason: 'The plan that this host kept is missing or was changed. Scan again.' }
  if (plan.incidents.some(one => one !== action.incident))
    return { refusal: 'plan-differs', reason: 'The plan that this host kept is for other incidents too.' }
  return brokenBounds(plan, knowledge.policy, path => knowledge.resolve(path))
}

function standingOfUndo(run: string, knowledge: HostKnowledge): Standing {
  const whose = knowledge.run(run)
  if (whose === undefined) return noSuchRun(run)
  return whose === 'ordered'
    ? { kind: 'enough' }
    : { kind: 'approval', why: 'the run was not ordered by this center but done on the host itself' }
}

function standingOfRestore(action: Extract<OrderAction, { kind: 'restore' }>, knowledge: HostKnowledge): Standing {
  const entry = knowledge.entry(action.entry)
  if (entry === undefined || entry.sha256 !== action.sha256)
    return impossible('no-such-entry', 'The quarantine of this host has no such entry with that content.')
  if (entry.why !== 'quarantined')
    return impossible('no-such-entry', 'That was only copied for evidence and was never taken from a place.')
  const forbidden = knowledge.policy.neverTouch.find(one =>
    isBelow(knowledge.resolve(entry.path), one.replace(/\/+$/, '')),
  )
  if (forbidden !== undefined)
    return impossible(
      'protected',
      `It lay below ${forbidden}, which no order may touch (orders.neverTouch in agent.yml).`,
    )
  return standingOfUndo(entry.run, knowledge)
}

/** What was only copied as it was before a change may hold secrets of the host: it never leaves. */
function standingOfSending(
  action: Extract<OrderAction, { kind: 'send-quarantined' }>,
  knowledge: HostKnowledge,
): Standing {
  const entry = knowledge.entry(action.entry)
  if (entry === undefined || entry.sha256 !== action.sha256 || entry.why !== 'quarantined')
    return impossible('no-such-entry', 'The quarantine of this host has no such file with that content.')
  const { mostFileMegabytes } = knowledge.policy
  if (entry.size > mostFileMegabytes * 1_048_576)
    return impossible(
      'local-policy',
      `The file has ${Math.ceil(entry.size / 1_048_576)} MiB, and at most ${mostFileMegabytes} MiB are sent (orders.mostFileMegabytes in agent.yml).`,
    )
  return standingOfUndo(entry.run, knowledge)
}

function standingOfBlock(action: Extract<OrderAction, { kind: 'block' }>, knowledge: HostKnowledge): Standing {
  const incident = action.incident === undefined ? undefined : knowledge.incident(action.incident)
  if (action.incident !== undefined && incident === undefined)
    return impossible('no-such-incident', 'This host has computed no such incident from its own rules.')
  const foreign = action.addresses.find(one => !incident?.addresses.includes(one))
  if (incident === undefined || foreign !== undefined)
    return { kind: 'approval', why: 'not every address belongs to an incident that this host computed' }
  if (incident.verdict !== 'confirmed' && !knowledge.policy.suspected)
    return { kind: 'approval', why: 'the incident is only suspected (orders.suspected in agent.yml)' }
  return { kind: 'enough' }
}

function noSuchRun(run: string): Standing {
  return impossible('no-such-run', `This host has no run ${run.slice(0, 64)}.`)
}

function impossible(refusal: Refusal, reason: string): Standing {
  return { kind: 'impossible', refusal, reason }
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

/** Also over midnight. */
function isBetween(minute: number, { from, to }: { from: string; to: string }): boolean {
  const [begin, end] = [minutes(from), minutes(to)]
  return begin <= end ? minute >= begin && minute < end : minute >= begin || minute < end
}

function minutes(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}
