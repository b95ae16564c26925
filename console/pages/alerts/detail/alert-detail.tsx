import { useParams } from 'react-router'
import { useCall } from '../../../center/index.ts'
import { ErrorState, HostText, LoadingState, PageHeader } from '../../../parts/index.ts'

export function AlertDetail() {
  const { alert = '' } = useParams()
  const { data, error, refetch } = useCall('getAlert', { params: { alert } })
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  if (data === undefined) return <LoadingState />
  return <PageHeader title={data.title} about={<HostText>{data.host.name}</HostText>} />
}
