import type { ItemOf } from '../../center/index.ts'
import { Badge, type Tone } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

export type Delivery = ItemOf<'listDeliveries'>

const tones: Readonly<Record<Delivery['state'], Tone>> = {
  due: 'low',
  delivered: 'good',
  dead: 'critical',
  merged: 'informational',
}

export function DeliveryState({ state }: { readonly state: Delivery['state'] }) {
  const { t } = useWords('notifications')
  return <Badge tone={tones[state]}>{t(`deliveries.states.${state}`)}</Badge>
}
