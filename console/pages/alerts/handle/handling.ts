import type { AlertObject } from '../../../../model/api/index.ts'
import type { AnswerTo, api } from '../../../center/index.ts'
import type { Scope } from '../../../parts/index.ts'
import type { Session } from '../../../session/index.ts'

export type HandleRequest = NonNullable<Parameters<typeof api.handleAlerts>[0]>['body']
/** Some alerts by id, or all that are like one. */
export type AlertChoice = HandleRequest['choice']
export type Preview = AnswerTo<'previewHandling'>

/** In the words of the API, and `allow`, which has its own. */
export const ways = [
  'in-depth',
  'terminate-and-quarantine',
  'terminate',
  'block',
  'ignore',
  'allow',
  'manual',
  'reopen',
] as const
export type Way = (typeof ways)[number]

const cleaning: readonly Way[] = ['in-depth', 'terminate-and-quarantine', 'terminate']
/** These change something on a host. */
const onHosts: readonly Way[] = [...cleaning, 'block']

export function isCleaning(way: Way): way is 'in-depth' | 'terminate-and-quarantine' | 'terminate' {
  return cleaning.includes(way)
}

export function changesHosts(way: Way): boolean {
  return onHosts.includes(way)
}

/** The ways that are open to this person for this alert; of several alerts (`undefined`) all that the person may use at all. */
export function waysFor(alert: AlertObject | undefined, session: Pick<Session, 'can'>): readonly Way[] {
  const group = alert?.host.group
  return ways.filter(way => {
    if (way === 'allow') {
      if (alert === undefined || !session.can('allowlist:write', group)) return false
      return isOpen(alert) && (alert.about === 'incident' || alert.about === 'finding')
    }
    if (!session.can(changesHosts(way) ? 'alerts:handle' : 'alerts:triage', group)) return false
    if (alert === undefined) return true
    if (way === 'reopen') return !isOpen(alert)
    if (changesHosts(way)) return alert.status === 'open' && hasPlan(alert)
    return isOpen(alert)
  })
}

/** Whether its host can be asked to do something about it at all. */
function hasPlan({ about, verdict, parent }: AlertObject): boolean {
  if (about === 'incident') return verdict !== 'exposure'
  return about === 'finding' && parent !== undefined && verdict !== 'exposure'
}

function isOpen({ status }: AlertObject): boolean {
  return status === 'open' || status === 'handling'
}

/** Which alerts beside the one that was clicked. */
export type Reach = 'this' | 'type' | 'rule' | 'hash'

export function choiceOf(choice: AlertChoice, reach: Reach, scope: Scope): AlertChoice {
  if (reach === 'this') return choice
  const [first = ''] = 'alerts' in choice ? choice.alerts : [choice.sameAs]
  return { sameAs: first, by: reach, ...(isEverywhere(scope) ? {} : { scope }) }
}

export interface HandleForm {
  readonly way: Exclude<Way, 'allow'>
  readonly choice: AlertChoice
  readonly blockSeconds: number
  /** Hosts beside those of the alerts on which addresses are blocked; `undefined`: none. */
  readonly blockScope: Scope | undefined
}

export function requestOf({ way, choice, blockSeconds, blockScope }: HandleForm): HandleRequest {
  if (way !== 'block') return { choice, how: { as: way } }
  return {
    choice,
    how: { as: 'block', seconds: blockSeconds, ...(blockScope === undefined ? {} : { scope: blockScope }) },
  }
}

/** The same with the plans that were seen, so that nothing else is carried out. */
export function withPlans(request: HandleRequest, preview: Preview): HandleRequest {
  const { how } = request
  if (how.as !== 'in-depth' && how.as !== 'terminate' && how.as !== 'terminate-and-quarantine') return request
  const plans = Object.fromEntries(
    preview.items.flatMap(({ alert, plan, refused }) =>
      plan === undefined || refused !== undefined ? [] : [[alert, plan.id]],
    ),
  )
  return { ...request, how: { ...how, plans } }
}

export function isEverywhere({ hosts, groups, tags }: Scope): boolean {
  return hosts === undefined && groups === undefined && tags === undefined
}

export interface PreviewSums {
  /** Alerts for which something will be done, and their hosts. */
  readonly alerts: number
  readonly hosts: number
  readonly refused: number
  readonly actions: number
  readonly needApproval: number
}

export function sumsOf({ items }: Preview): PreviewSums {
  const meant = items.filter(one => one.refused === undefined)
  return {
    alerts: meant.length,
    hosts: new Set(meant.map(one => one.host.id)).size,
    refused: items.length - meant.length,
    actions: meant.reduce((sum, one) => sum + (one.plan?.actions ?? 0), 0),
    needApproval: meant.filter(one => one.needsApproval).length,
  }
}
