import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useCall, useChange } from '../../center/index.ts'
import {
  Badge,
  type Column,
  ConfirmDialog,
  DataTable,
  EmptyState,
  ErrorState,
  HostText,
  LoadingState,
  Time,
  useNumbers,
} from '../../parts/index.ts'
import { languageNames, useWords } from '../../words/index.ts'
import { ChangeMenu } from './change-menu.tsx'
import { type Channel, ChannelForm } from './channel-form.tsx'
import { useFieldWords } from './field-words.ts'
import { ResultBadge } from './result-badge.tsx'
import { TestChannel } from './test-channel.tsx'

type Open =
  | { readonly what: 'form'; readonly channel?: Channel }
  | { readonly what: 'test' | 'remove'; readonly channel: Channel }

/** Ways to tell people, and whether they work. */
export function Channels() {
  const { t } = useWords('notifications')
  const { t: part } = useWords('parts')
  const { number } = useNumbers()
  const words = useFieldWords()
  const query = useCall('listChannels')
  const [open, setOpen] = useState<Open>()
  const close = () => setOpen(undefined)
  const columns: Column<Channel>[] = [
    {
      key: 'name',
      title: t('channels.name'),
      width: 'minmax(180px, 2fr)',
      cell: ({ name, warnings }) => (
        <>
          <HostText prose>{name}</HostText>
          {warnings.map(one => (
            <Text key={one} size="xs" c="var(--davylamp-medium)">
              {words.warning(one)}
            </Text>
          ))}
        </>
      ),
    },
    {
      key: 'kind',
      title: t('channels.kind'),
      width: 'minmax(130px, 1fr)',
      cell: one => words.kind(one.kind, one.kind),
    },
    { key: 'language', title: t('channels.language'), width: '120px', cell: one => languageNames[one.language] },
    {
      key: 'last',
      title: t('channels.last'),
      width: 'minmax(180px, 1.6fr)',
      cell: channel => <State channel={channel} />,
    },
    { key: 'waiting', title: t('channels.waiting'), width: '80px', cell: one => number(one.waiting) },
    {
      key: 'actions',
      title: part('table.actions'),
      width: '130px',
      cell: channel => (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <Button
            size="compact-xs"
            variant="default"
            disabled={!channel.enabled}
            onClick={() => setOpen({ what: 'test', channel })}
            aria-label={t('channels.test-of', { name: channel.name })}
          >
            {t('channels.test')}
          </Button>
          <ChangeMenu
            name={channel.name}
            onChange={() => setOpen({ what: 'form', channel })}
            onRemove={() => setOpen({ what: 'remove', channel })}
          />
        </Group>
      ),
    },
  ]
  const add = (
    <Button size="xs" leftSection={<Plus size={16} aria-hidden />} onClick={() => setOpen({ what: 'form' })}>
      {t('form.add')}
    </Button>
  )
  const channels = query.data?.items ?? []
  return (
    <Stack gap="sm">
      {channels.length === 0 ? null : <Group justify="flex-end">{add}</Group>}
      <DataTable
        label={t('channels.label')}
        columns={columns}
        rows={channels}
        rowKey={one => one.id}
        query={query}
        empty={
          <EmptyState title={t('channels.empty')} action={add}>
            {t('channels.empty-what')}
          </EmptyState>
        }
        height="calc(100dvh - 280px)"
      />
      <Modal
        opened={open?.what === 'form'}
        onClose={close}
        size="lg"
        title={
          open?.channel === undefined ? (
            t('form.add')
          ) : (
            <HostText prose>{t('form.edit', { name: open.channel.name })}</HostText>
          )
        }
        closeButtonProps={{ 'aria-label': part('close') }}
      >
        {open?.what === 'form' ? <FormOf channel={open.channel} onClose={close} /> : null}
      </Modal>
      <TestChannel channel={open?.what === 'test' ? open.channel : undefined} onClose={close} />
      <RemoveChannel channel={open?.what === 'remove' ? open.channel : undefined} onClose={close} />
    </Stack>
  )
}

function State({ channel: { enabled, last } }: { readonly channel: Channel }) {
  const { t } = useWords('notifications')
  if (!enabled) return <Badge tone="informational">{t('channels.off')}</Badge>
  if (last === undefined)
    return (
      <Text size="sm" c="dimmed" component="span">
        {t('channels.unused')}
      </Text>
    )
  return (
    <>
      <ResultBadge result={last.result} /> <Time at={last.at} />
      {last.result === 'delivered' ? null : (
        <Text size="xs" component="div">
          <HostText>{last.detail}</HostText>
        </Text>
      )}
    </>
  )
}

function FormOf({ channel, onClose }: { readonly channel: Channel | undefined; readonly onClose: () => void }) {
  const { data, error, refetch, isPending } = useCall('listChannelKinds')
  if (isPending) return <LoadingState />
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  return <ChannelForm kinds={data.items} channel={channel} onClose={onClose} />
}

function RemoveChannel({ channel, onClose }: { readonly channel: Channel | undefined; readonly onClose: () => void }) {
  const { t } = useWords('notifications')
  const remove = useChange('removeChannel', ['listChannels', 'listDeliveries'])
  return (
    <ConfirmDialog
      opened={channel !== undefined}
      title={t('channels.remove-title', { name: channel?.name ?? '' })}
      confirm={t('form.remove')}
      ends="final"
      onConfirm={() => remove.mutateAsync({ params: { channel: channel?.id ?? '' } })}
      onClose={onClose}
    >
      <Text size="sm">{t('channels.remove-what')}</Text>
    </ConfirmDialog>
  )
}
