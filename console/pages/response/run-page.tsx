import { VisuallyHidden } from '@mantine/core'
import { Link, useParams } from 'react-router'
import { useCall } from '../../center/index.ts'
import { RunView } from '../../incident/index.ts'
import { ErrorState, HostText, inertText, LoadingState, PageHeader } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'

/** One run: what it did step by step, its proof, and the way back. */
export function RunPage() {
  const { t } = useWords('response')
  const { host = '', run = '' } = useParams()
  const { data, error, refetch } = useCall('getRun', { params: { host, run } })
  const order = useCall('getOrder', { params: { order: data?.order ?? '' } }, { enabled: data?.order !== undefined })
  if (error !== null && data === undefined)
    return (
      <>
        <PageHeader title={t('run.name')} />
        <ErrorState error={error} retry={() => void refetch()} />
      </>
    )
  if (data === undefined) return <LoadingState />
  return (
    <>
      <PageHeader
        title={t('run.title', { host: inertText(data.host.name) })}
        help="console#response"
        about={
          <>
            <Link to={`/hosts/${host}`}>
              <HostText prose>{data.host.name}</HostText>
            </Link>
            {order.data === undefined ? (
              <> · {t(data.order === undefined ? 'from.host' : 'from.center')}</>
            ) : (
              <>
                {' · '}
                {t('run.by', { who: inertText(order.data.createdBy) })}
                {order.data.alert === undefined ? null : (
                  <>
                    {' · '}
                    <Link to={`/alerts/${order.data.alert}`}>{t('run.alert')}</Link>
                  </>
                )}
                {' · '}
                <Link to={`/response/tasks/${order.data.task}`}>{t('run.task')}</Link>
              </>
            )}
          </>
        }
      />
      <VisuallyHidden component="h2">{t('run.name')}</VisuallyHidden>
      <RunView host={data.host} run={run} ownPage />
    </>
  )
}
