import { Alert, Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import { endedStates, type OrderObject } from '../../../../model/api/index.ts'
import { useCall, useList } from '../../../center/index.ts'
import {
  ErrorState,
  HandledWayName,
  HostLink,
  HostText,
  LoadingState,
  OrderStateBadge,
  useNumbers,
} from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './handle.module.css'
import type { Preview, Way } from './handling.ts'
import { OrderSteps } from './order-steps.tsx'
import { Refusal } from './refusal.tsx'

interface FollowTaskProps {
  readonly task: string
  readonly way: Way
  /** With what was refused. */
  readonly items: Preview['items']
  readonly onClose: () => void
}

/** How it goes on each host, while it goes. */
export function FollowTask({ task, way, items, onClose }: FollowTaskProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { number } = useNumbers()
  const { data, error, refetch } = useCall('getTask', { params: { task } })
  const orders = useList('listOrders', { query: { task } }, { limit: 100 })
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  if (data === undefined) return <LoadingState />
  const ended = endedStates.reduce((sum, one) => sum + (data.states[one] ?? 0), 0)
  const waiting = data.states['waiting-approval'] ?? 0
  const refused = items.filter(one => one.refused !== undefined)
  return (
    <Stack gap="sm">
      <Text fw={600} size="sm">
        <HandledWayName way={way} />
      </Text>
      <div>
        <Text size="sm" role="status">
          {t('follow.ended', {
            ended,
            count: data.orders,
            replace: { ended: number(ended), count: number(data.orders) },
          })}
        </Text>
        <Progress
          value={data.orders === 0 ? 100 : (100 * ended) / data.orders}
          aria-label={t('follow.progress')}
          mt={4}
        />
      </div>
      {waiting === 0 ? null : (
        <Alert color="blue" variant="light" p="xs">
          {t('follow.waiting', { count: waiting, replace: { count: number(waiting) } })}{' '}
          <Anchor component={Link} to="/response/approvals" underline="always" size="sm">
            {t('follow.approvals')}
          </Anchor>
        </Alert>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (WCAG 2.1.1). */}
      <ul className={classes['preview']} style={{ maxHeight: '50dvh' }} aria-label={t('follow.hosts')} tabIndex={0}>
        {orders.items.map(order => (
          <Order key={order.id} order={order} />
        ))}
      </ul>
      {orders.query.hasNextPage ? (
        <Button size="compact-xs" variant="default" onClick={() => void orders.query.fetchNextPage()}>
          {word('table.more')}
        </Button>
      ) : null}
      {refused.length === 0 ? null : (
        <Text size="sm" c="dimmed">
          {t('follow.left-out', { count: refused.length, replace: { count: number(refused.length) } })}{' '}
          {reasonsOf(refused).map(({ refused: text = '', refusedAs }, place) => (
            <span key={text}>
              {place === 0 ? null : '; '}
              <Refusal why={refusedAs} text={text} />
            </span>
          ))}
        </Text>
      )}
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          {ended < data.orders ? t('follow.may-close') : null}
        </Text>
        <Button onClick={onClose} data-autofocus>
          {word('close')}
        </Button>
      </Group>
    </Stack>
  )
}

/** One item for each reason. */
function reasonsOf(items: Preview['items']): Preview['items'] {
  return [...new Map(items.map(one => [one.refusedAs ?? one.refused, one])).values()]
}

function Order({ order }: { readonly order: OrderObject }) {
  const { t } = useWords('alerts')
  const { host, state, reason, run, approvalsNeeded, approvals } = order
  return (
    <li>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <HostLink host={host} prose className={classes['clipped'] ?? ''} />
        <OrderStateBadge state={state} />
      </Group>
      {state === 'waiting-approval' ? (
        <div className={classes['what']}>
          {t('follow.approved', { given: approvals.length, needed: approvalsNeeded })}
        </div>
      ) : null}
      {reason === undefined ? null : (
        <div className={classes['what']}>
          <HostText prose>{reason}</HostText>
        </div>
      )}
      {order.kind === 'clean' ? <OrderSteps order={order} /> : null}
      {run === undefined ? null : (
        <Anchor component={Link} to={`/response/runs/${host.id}/${encodeURIComponent(run)}`} size="xs">
          {t('follow.run')}
        </Anchor>
      )}
    </li>
  )
}
