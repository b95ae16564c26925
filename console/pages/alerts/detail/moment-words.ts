import { centerOrderStates, storyMoments } from '../../../../model/api/index.ts'
import { useWords } from '../../../words/index.ts'

/** What can stand in the history of an alert (center/ingest, center/alerts). */
const alertEvents = [
  'opened',
  'seen-again',
  'changed',
  'handling',
  'handled',
  'reopened',
  'ignored',
  'allowed',
  'assigned',
  'comment',
  'campaign',
  'gone',
  'merged',
  'order-approved',
] as const

/** Words for a moment of the timeline or an event of the history; `undefined`: this console does not know it. */
export function useMomentWords(): (what: string) => string | undefined {
  const { t } = useWords(['alerts/detail', 'parts'])
  return what => {
    const moment = storyMoments.find(one => one === what)
    if (moment !== undefined) return t(`moments.${moment}`)
    const event = alertEvents.find(one => one === what)
    if (event !== undefined) return t(`events.${event}`)
    const state = centerOrderStates.find(one => `order-${one}` === what)
    return state === undefined ? undefined : t('events.order', { state: t(`parts:order-states.${state}`) })
  }
}
