import { useParams } from 'react-router'
import { useCall } from '../../../center/index.ts'
import { ErrorState, LoadingState } from '../../../parts/index.ts'
import { AlertHead } from './alert-head.tsx'
import { AlertTabs } from './alert-tabs.tsx'
import { Why } from './why.tsx'

/** All about one alert: why it is one, what belongs to it, what can be done and what was done. */
export function AlertDetail() {
  const { alert = '' } = useParams()
  const { data, error, refetch } = useCall('getAlert', { params: { alert } })
  const story = useCall('alertStory', { params: { alert } }, { enabled: data !== undefined })
  if (error !== null && data === undefined) return <ErrorState error={error} retry={() => void refetch()} />
  if (data === undefined) return <LoadingState />
  return (
    <>
      <AlertHead alert={data} />
      <Why alert={data} story={story} />
      {story.data === undefined ? null : <AlertTabs key={data.id} alert={data} story={story.data} />}
    </>
  )
}
