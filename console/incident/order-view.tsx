import { Alert, Group, Text } from '@mantine/core'
import { Link } from 'react-router'
import { useCall } from '../center/index.ts'
import { ErrorState, HostText, LoadingState, OrderStateBadge, Time } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { RunView } from './run-view.tsx'

interface OrderViewProps {
  readonly order: string
  readonly group?: string
}

/** What became of an order to clean a host: whom it waits for, then its run step by step. */
export function OrderView({ order, group }: OrderViewProps) {
  const { t } = useWords('incident')
  const { data, error, refetch } = useCall('getOrder', { params: { order } })
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  if (data === undefined) return <LoadingState />
  return (
    <div>
      <Group gap="xs" mb="xs" role="status">
        {data.run === undefined || data.endedAt !== undefined ? <OrderStateBadge state={data.state} /> : null}
        <Text size="sm" c="dimmed">
          {t('order.by', { who: data.createdBy })} <Time at={data.createdAt} />
        </Text>
      </Group>
      {data.refusal === undefined ? null : (
        <Alert color="red" variant="light" mb="xs" title={t(`refusals.${data.refusal}`)}>
          {data.reason === undefined ? null : (
            <Text size="sm">
              <HostText prose>{data.reason}</HostText>
            </Text>
          )}
        </Alert>
      )}
      {data.refusal === undefined && data.reason !== undefined ? (
        <Text size="sm" mb="xs">
          <HostText prose>{data.reason}</HostText>
        </Text>
      ) : null}
      {data.state === 'waiting-approval' ? (
        <Alert color="yellow" variant="light" mb="xs" title={t('order.waits')}>
          <Text size="sm">
            {t('order.approvals', { count: data.approvalsNeeded, given: data.approvals.length })}{' '}
            <Link to="/response/approvals">{t('order.to-approvals')}</Link>
          </Text>
        </Alert>
      ) : null}
      {data.run === undefined ? null : (
        <RunView host={{ ...data.host, ...(group === undefined ? {} : { group }) }} run={data.run} />
      )}
    </div>
  )
}
