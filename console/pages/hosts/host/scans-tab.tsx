import { Anchor, Drawer, List, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { type ItemOf, useList } from '../../../center/index.ts'
import {
  Badge,
  type Column,
  DataTable,
  Duration,
  EmptyState,
  HostText,
  Time,
  useNumbers,
  VerdictBadge,
} from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { textOf } from './fact-fields.ts'
import type { Host } from './host-page.tsx'

type Scan = ItemOf<'listScans'>
const verdicts = ['unknown', 'nothing', 'exposure', 'suspected', 'confirmed'] as const

/** Every look at this host, with what could not be looked at. */
export function ScansTab({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { number } = useNumbers()
  const { items, query } = useList('listScans', { query: { host: host.id } })
  const [shown, setShown] = useState<Scan>()
  const columns: readonly Column<Scan>[] = [
    {
      key: 'started',
      title: t('scans.started'),
      width: 'minmax(160px, 1.2fr)',
      cell: row => (
        <Anchor component="button" type="button" size="sm" onClick={() => setShown(row)}>
          <Time at={row.startedAt} as="full" />
        </Anchor>
      ),
    },
    { key: 'verdict', title: t('fields.verdict'), width: '140px', cell: row => <ScanVerdict verdict={row.verdict} /> },
    { key: 'findings', title: t('scans.findings'), width: '90px', cell: row => number(row.findings) },
    { key: 'incidents', title: t('scans.incidents'), width: '90px', cell: row => number(row.incidents) },
    {
      key: 'gaps',
      title: t('scans.gaps'),
      width: 'minmax(130px, 1fr)',
      cell: row =>
        row.gaps.length === 0 ? (
          t('scans.no-gaps')
        ) : (
          <Badge tone="medium">{t('scans.gap-count', { count: row.gaps.length })}</Badge>
        ),
    },
    {
      key: 'duration',
      title: t('scans.duration'),
      width: '90px',
      cell: row => <Duration seconds={row.durationMs / 1000} />,
    },
  ]
  return (
    <>
      <DataTable
        label={t('tabs.scans')}
        columns={columns}
        rows={items}
        rowKey={row => row.id}
        query={query}
        height="calc(100dvh - 290px)"
        empty={<EmptyState title={t('scans.none')}>{t('scans.none-what')}</EmptyState>}
      />
      <ScanDrawer scan={shown} onClose={() => setShown(undefined)} />
    </>
  )
}

function ScanVerdict({ verdict }: { readonly verdict: string }) {
  const known = verdicts.find(one => one === verdict)
  return known === undefined ? <HostText>{verdict}</HostText> : <VerdictBadge verdict={known} />
}

function ScanDrawer({ scan, onClose }: { readonly scan: Scan | undefined; readonly onClose: () => void }) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const { number } = useNumbers()
  return (
    <Drawer
      opened={scan !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={t('scans.one')}
      closeButtonProps={{ 'aria-label': p('close') }}
    >
      {scan === undefined ? null : (
        <Stack gap="md">
          <Text size="sm">
            <Time at={scan.startedAt} as="full" /> · <Duration seconds={scan.durationMs / 1000} /> ·{' '}
            {t('scans.rules', { count: scan.rules.count, replace: { count: number(scan.rules.count) } })}
          </Text>
          <div>
            <Text fw={600} size="sm" mb={4}>
              {t('scans.not-looked')}
            </Text>
            {scan.gaps.length === 0 ? (
              <Text size="sm">{t('scans.no-gaps')}</Text>
            ) : (
              <>
                <Text size="xs" c="dimmed" mb={6}>
                  {t('scans.gaps-what')}
                </Text>
                <List size="sm" spacing={6}>
                  {scan.gaps.slice(0, 200).map((gap, place) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: gaps have no other name, and never change.
                    <List.Item key={place}>
                      <HostText prose>{textOf(gap, 'what') ?? ''}</HostText>
                      {' – '}
                      <HostText prose>{textOf(gap, 'why') ?? ''}</HostText>
                      {textOf(gap, 'path') === undefined ? null : (
                        <>
                          {' · '}
                          <HostText>{textOf(gap, 'path') ?? ''}</HostText>
                        </>
                      )}
                    </List.Item>
                  ))}
                </List>
              </>
            )}
          </div>
          <div>
            <Text fw={600} size="sm" mb={4}>
              {t('scans.looked')}
            </Text>
            <Text size="sm">
              {Object.entries(scan.facts).map(([kind, count], place) => (
                <span key={kind}>
                  {place === 0 ? null : ' · '}
                  <HostText prose>{kind}</HostText> {number(count)}
                </span>
              ))}
            </Text>
          </div>
        </Stack>
      )}
    </Drawer>
  )
}
