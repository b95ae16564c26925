import { Navigate, useParams, useSearchParams } from 'react-router'
import { useCall } from '../../../center/index.ts'
import { ScanForPlan } from '../../../detections/index.ts'
import { ErrorState, LoadingState, PageHeader } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { AlertHead } from './alert-head.tsx'
import { AlertTabs } from './alert-tabs.tsx'
import type { AlertWhole } from './kinds.ts'
import { useMergedInto } from './merged-into.ts'
import { Why } from './why.tsx'

/** All about one alert: why it is one, what belongs to it, what can be done and what was done. */
export function AlertDetail() {
  const { alert = '' } = useParams()
  return <OneAlert key={alert} />
}

function OneAlert() {
  const { t } = useWords('alerts/detail')
  const { alert = '', '*': rest } = useParams()
  const [params] = useSearchParams()
  const { data, error, refetch } = useCall('getAlert', { params: { alert } })
  const story = useCall('alertStory', { params: { alert } }, { enabled: data !== undefined })
  // The dialog that handles alerts leads to the plan that it speaks of.
  if (rest === 'plan')
    return <Navigate to={`/alerts/${alert}?tab=cleanup&plan=${encodeURIComponent(params.get('plan') ?? '')}`} replace />
  if (error !== null && data === undefined)
    return (
      <>
        <PageHeader title={t('title')} />
        <ErrorState error={error} retry={() => void refetch()} />
      </>
    )
  if (data === undefined) return <LoadingState />
  return (
    <>
      <AlertHead alert={data} />
      <NoPlanYet alert={data} refresh={refetch} />
      <Why alert={data} story={story} />
      {story.data === undefined ? null : <AlertTabs key={data.id} alert={data} story={story.data} />}
    </>
  )
}

/** What was only noticed so far has no plan: from here it is a short way to one. */
function NoPlanYet({ alert, refresh }: { readonly alert: AlertWhole; readonly refresh: () => Promise<unknown> }) {
  const merged = useMergedInto(alert)
  const open = alert.status === 'open' || alert.status === 'handling'
  return (
    <ScanForPlan
      host={alert.host}
      waits={alert.about === 'detection' && open}
      incident={alert.about === 'incident' ? alert.id : merged}
      refresh={refresh}
    />
  )
}
