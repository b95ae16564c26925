import { Button, Group, Stack, Text } from '@mantine/core'
import { Plus, Share2 } from 'lucide-react'
import { useState } from 'react'
import { type AnswerTo, useCall, useChange } from '../../../center/index.ts'
import {
  Badge,
  ConfirmDialog,
  EmptyState,
  ErrorState,
  HostText,
  LoadingState,
  Time,
  useNumbers,
} from '../../../parts/index.ts'
import { Row, Rows } from '../../../people/index.ts'
import { useWords } from '../../../words/index.ts'
import { EditExport } from './edit-export.tsx'

export type Export = AnswerTo<'listExports'>['items'][number]

/** Where alerts go besides: a SIEM, by syslog or webhook. */
export function Exports() {
  const { t } = useWords('settings')
  const exports = useCall('listExports', {}, { everyMs: 15_000 })
  const remove = useChange('removeExport', ['listExports'])
  const [edited, setEdited] = useState<Export | 'new'>()
  const [removed, setRemoved] = useState<Export>()
  if (exports.data === undefined)
    return exports.error === null ? (
      <LoadingState />
    ) : (
      <ErrorState error={exports.error} retry={() => void exports.refetch()} />
    )
  const { items } = exports.data
  const add = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEdited('new')}>
      {t('exports.add')}
    </Button>
  )
  return (
    <Stack gap="sm">
      {items.length === 0 ? (
        <EmptyState title={t('exports.none')} action={add}>
          {t('exports.about')}
        </EmptyState>
      ) : (
        <>
          <Group justify="space-between" gap="xs">
            <Text size="sm" c="dimmed" maw={640}>
              {t('exports.about')}
            </Text>
            {add}
          </Group>
          <Rows label={t('tabs.exports')}>
            {items.map(one => (
              <Row
                key={one.id}
                icon={<Share2 size={18} aria-hidden />}
                actions={
                  <>
                    <Button
                      size="xs"
                      variant="default"
                      onClick={() => setEdited(one)}
                      aria-label={t('exports.edit-named', { name: one.name })}
                    >
                      {t('exports.edit')}
                    </Button>
                    <Button
                      size="xs"
                      variant="default"
                      onClick={() => setRemoved(one)}
                      aria-label={t('exports.remove-named', { name: one.name })}
                    >
                      {t('exports.remove')}
                    </Button>
                  </>
                }
              >
                <ExportRow shown={one} />
              </Row>
            ))}
          </Rows>
        </>
      )}
      <EditExport edited={edited} onClose={() => setEdited(undefined)} />
      <ConfirmDialog
        opened={removed !== undefined}
        title={t('exports.remove-title')}
        confirm={t('exports.remove')}
        ends="final"
        onConfirm={async () => removed && remove.mutateAsync({ params: { export: removed.id } })}
        onClose={() => setRemoved(undefined)}
      >
        <HostText>{removed?.name ?? ''}</HostText>: {t('exports.remove-what')}
      </ConfirmDialog>
    </Stack>
  )
}

function ExportRow({ shown }: { readonly shown: Export }) {
  const { t } = useWords('settings')
  const { number } = useNumbers()
  const { name, kind, enabled, sent, dropped, waiting, last } = shown
  const counts = [
    t('exports.sent', { count: sent, replace: { count: number(sent) } }),
    ...(waiting > 0 ? [t('exports.waiting', { count: waiting, replace: { count: number(waiting) } })] : []),
    ...(dropped > 0 ? [t('exports.dropped', { count: dropped, replace: { count: number(dropped) } })] : []),
  ]
  const failed = last !== undefined && last.result !== 'delivered'
  return (
    <>
      <Group gap="xs">
        <HostText>{name}</HostText>
        <Badge tone="informational">{t(`exports.kinds.${kind}`)}</Badge>
        {enabled ? (
          failed ? (
            <Badge tone="high">{t('exports.failing')}</Badge>
          ) : null
        ) : (
          <Badge tone="medium">{t('off')}</Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed" component="div">
        {counts.join(' · ')}
        {last === undefined ? null : (
          <>
            {' '}
            · {t('exports.last')} <Time at={last.at} />: <HostText>{last.detail}</HostText>
          </>
        )}
      </Text>
    </>
  )
}
