import { Stack } from '@mantine/core'
import { useCall } from '../../center/index.ts'
import { ErrorState, LoadingState, NoPermissionState, PageHeader, Time } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { Agents } from './agents.tsx'
import { Nodes } from './nodes.tsx'
import { Queues } from './queues.tsx'
import { StoreHealth } from './store-health.tsx'
import { Summary } from './summary.tsx'
import { Troubles } from './troubles.tsx'

/** How the center itself is; looks again by itself. */
export function Page() {
  const { t } = useWords('health')
  const { canEverywhere } = useSession()
  const allowed = canEverywhere('health:read')
  const health = useCall('getHealth', {}, { everyMs: 10_000, enabled: allowed })
  const { data } = health
  return (
    <>
      <PageHeader
        title={t('title')}
        about={
          <>
            {t('about')}{' '}
            {data === undefined ? null : (
              <>
                {t('looked')} <Time at={data.at} as="full" />
              </>
            )}
          </>
        }
        help="center#watching-it"
      />
      {!allowed ? (
        <NoPermissionState />
      ) : data === undefined ? (
        health.error === null ? (
          <LoadingState />
        ) : (
          <ErrorState error={health.error} retry={() => void health.refetch()} />
        )
      ) : (
        <Stack gap="lg">
          {health.error === null ? null : <ErrorState error={health.error} />}
          <Troubles health={data} />
          <Summary health={data} />
          <Agents agents={data.agents} />
          <Queues queues={data.queues} />
          <Nodes nodes={data.nodes} />
          <StoreHealth store={data.store} />
        </Stack>
      )}
    </>
  )
}
