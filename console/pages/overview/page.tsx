import { SimpleGrid, Stack } from '@mantine/core'
import { useCall } from '../../center/index.ts'
import { ErrorState, LoadingState, PageHeader } from '../../parts/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { AlertsCard } from './alerts-card.tsx'
import { FirstRun } from './first-run.tsx'
import { NextSteps } from './next-steps.tsx'
import { OfflineHosts, RiskiestHosts } from './hosts-cards.tsx'
import { ScoreCard } from './score-card.tsx'
import { Suspects } from './suspects.tsx'
import { Tour, TourButton } from './tour.tsx'
import { Trend } from './trend.tsx'

/** How the hosts stand, and what to do next. */
export function Page() {
  const { t } = useWords('overview')
  const summary = useCall('fleetSummary')
  if (summary.data === undefined)
    return (
      <>
        <PageHeader title={t('title')} />
        {summary.error === null ? (
          <LoadingState />
        ) : (
          <ErrorState error={summary.error} retry={() => void summary.refetch()} />
        )}
      </>
    )
  const empty = summary.data.hosts.total === 0
  return (
    <>
      <PageHeader title={t('title')} about={t('about')} help="center" actions={<TourButton />} />
      {empty ? <FirstRun /> : <Filled summary={summary.data} />}
      <Tour />
    </>
  )
}

export type Summary = NonNullable<ReturnType<typeof useCall<'fleetSummary'>>['data']>

function Filled({ summary }: { readonly summary: Summary }) {
  const { can } = useSession()
  const overview = useCall('overview')
  const alerts = can('alerts:read')
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <ScoreCard summary={summary} />
        <NextSteps overview={overview} />
      </SimpleGrid>
      {alerts ? (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          <AlertsCard summary={summary} />
          <Trend />
        </SimpleGrid>
      ) : null}
      <SimpleGrid cols={{ base: 1, md: alerts ? 3 : 2 }} spacing="md">
        <RiskiestHosts summary={summary} />
        <OfflineHosts summary={summary} overview={overview} />
        {alerts ? <Suspects overview={overview} /> : null}
      </SimpleGrid>
    </Stack>
  )
}
