import { Alert, Anchor, Loader, Stack, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { useCall } from '../../../center/index.ts'
import { ErrorText, HostText, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './handle.module.css'
import { changesHosts, isCleaning, type Preview, sumsOf, type Way } from './handling.ts'
import { Refusal } from './refusal.tsx'

interface PreviewPanelProps {
  readonly way: Exclude<Way, 'allow'>
  readonly preview: ReturnType<typeof useCall<'previewHandling'>>
}

const mostShown = 100

/** What would be done where, and what would not be done and why; asked of the center before anything is ordered. */
export function PreviewPanel({ way, preview: { data, error } }: PreviewPanelProps) {
  const { t } = useWords('alerts')
  const { number } = useNumbers()
  if (error !== null) return <ErrorText error={error} />
  if (data === undefined) return <Loader size="sm" type="dots" role="status" aria-label={t('preview.loading')} />
  const sums = sumsOf(data)
  // What will be done comes first; what is refused is told after it.
  const items = [...data.items].sort(
    (one, other) => Number(one.refused !== undefined) - Number(other.refused !== undefined),
  )
  return (
    <Stack gap="xs" component="section" aria-label={t('preview.title')}>
      <Text size="sm" fw={500} role="status">
        {sums.alerts === 0
          ? t('preview.nothing')
          : t('preview.alerts', {
              count: sums.alerts,
              hosts: '',
              replace: {
                count: number(sums.alerts),
                hosts: t('campaign.hosts', { count: sums.hosts, replace: { count: number(sums.hosts) } }),
              },
            })}
        {sums.refused > 0 && sums.alerts > 0
          ? ` ${t('preview.refused', { count: sums.refused, replace: { count: number(sums.refused) } })}`
          : ''}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (WCAG 2.1.1). */}
      <ul className={classes['preview']} aria-label={t('preview.title')} tabIndex={0}>
        {items.slice(0, mostShown).map(item => (
          <Item key={item.alert} way={way} item={item} />
        ))}
        {items.length > mostShown ? (
          <li>
            {t('more', { count: items.length - mostShown, replace: { count: number(items.length - mostShown) } })}
          </li>
        ) : null}
      </ul>
      {sums.needApproval > 0 ? (
        <Alert color="blue" variant="light" p="xs">
          {t('preview.approval')}
        </Alert>
      ) : null}
      {changesHosts(way) && sums.alerts > 0 ? (
        <Alert color={isCleaning(way) ? 'orange' : 'blue'} variant="light" p="xs">
          {isCleaning(way) ? t('preview.undo-clean') : t('preview.undo-block')}
        </Alert>
      ) : null}
    </Stack>
  )
}

interface ItemProps {
  readonly way: Exclude<Way, 'allow'>
  readonly item: Preview['items'][number]
}

function Item({ way, item: { alert, host, title, refused, refusedAs, plan, addresses, needsApproval } }: ItemProps) {
  const { t } = useWords('alerts')
  const { number, list } = useNumbers()
  return (
    <li>
      <span className={classes['clipped']}>
        <Text span size="sm" fw={600}>
          <HostText prose>{host.name}</HostText>
        </Text>{' '}
        <HostText prose>{title}</HostText>
      </span>
      <div className={classes['what']}>
        {refused === undefined ? null : (
          <span className={classes['refused']}>
            {t('preview.not')} <Refusal why={refusedAs} text={refused} />
          </span>
        )}
        {refused === undefined && plan !== undefined ? (
          <>
            {t('preview.actions', { count: plan.actions, replace: { count: number(plan.actions) } })} ·{' '}
            <Anchor
              component={Link}
              to={`/alerts/${alert}?tab=cleanup&handling=${way}`}
              target="_blank"
              underline="always"
              size="xs"
            >
              {t('preview.plan')}
            </Anchor>
          </>
        ) : null}
        {refused === undefined && plan === undefined && isCleaning(way) ? t('preview.planned-there') : null}
        {refused === undefined && addresses !== undefined ? <HostText>{list(addresses)}</HostText> : null}
        {refused === undefined && !changesHosts(way)
          ? t(`preview.becomes.${way === 'reopen' ? 'open' : way === 'ignore' ? 'ignored' : 'handled'}`)
          : null}
        {refused === undefined && needsApproval ? ` · ${t('preview.waits')}` : null}
      </div>
    </li>
  )
}
