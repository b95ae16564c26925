import { Button, Group, Modal, Paper, Select, Stack, Text } from '@mantine/core'
import { FolderInput, ScanSearch } from 'lucide-react'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { HostObject } from '../../../../model/api/index.ts'
import { type AnswerTo, useCall, useChange } from '../../../center/index.ts'
import { ErrorText, showDone, StartScanDialog, useNumbers } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { groupTree } from '../groups/index.ts'
import { UpgradeAgents } from './upgrade-agents.tsx'

interface BulkActionsProps {
  readonly hosts: readonly HostObject[]
  readonly onDone: () => void
}

/** What can be done with all hosts that are chosen. */
export function BulkActions({ hosts, onDone }: BulkActionsProps) {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const { number } = useNumbers()
  const { can } = useSession()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'scan' | 'move'>()
  if (hosts.length === 0) return null
  const scannable = hosts.filter(({ group }) => can('scans:start', group.id))
  const movable = hosts.filter(({ group }) => can('hosts:write', group.id))
  return (
    <Paper withBorder px="sm" py={6} mb="xs">
      <Group gap="xs">
        <Text size="sm" fw={600} role="status">
          {p('table.selected', { count: hosts.length, replace: { count: number(hosts.length) } })}
        </Text>
        {scannable.length > 0 ? (
          <Button size="xs" leftSection={<ScanSearch size={14} aria-hidden />} onClick={() => setOpen('scan')}>
            {t('scan')}
          </Button>
        ) : null}
        {movable.length > 0 ? (
          <Button
            size="xs"
            variant="default"
            leftSection={<FolderInput size={14} aria-hidden />}
            onClick={() => setOpen('move')}
          >
            {t('move')}
          </Button>
        ) : null}
        <UpgradeAgents hosts={hosts.filter(({ group }) => can('alerts:handle', group.id))} onDone={onDone} />
        <Button size="xs" variant="subtle" onClick={onDone}>
          {p('table.clear')}
        </Button>
      </Group>
      <StartScanDialog
        opened={open === 'scan'}
        scope={{ hosts: scannable.map(({ id }) => id) }}
        onClose={() => setOpen(undefined)}
        onStarted={({ task }) => {
          onDone()
          void navigate(`/virus-scan/tasks/${task}`)
        }}
      />
      <Modal
        opened={open === 'move'}
        onClose={() => setOpen(undefined)}
        title={t('move-hosts', { count: movable.length })}
        closeButtonProps={{ 'aria-label': p('close') }}
      >
        <MoveForm
          hosts={movable}
          onDone={() => {
            setOpen(undefined)
            onDone()
          }}
        />
      </Modal>
    </Paper>
  )
}

function MoveForm({ hosts, onDone }: BulkActionsProps) {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const groups = useCall('listGroups')
  const move = useChange('moveHosts', ['listHosts', 'listGroups', 'hostFacets'])
  const [group, setGroup] = useState<string | null>(null)
  const go = () => {
    if (group === null) return
    const done = ({ moved }: AnswerTo<'moveHosts'>) => {
      showDone(t('moved', { count: moved }))
      onDone()
    }
    move.mutate({ body: { hosts: hosts.map(({ id }) => id), group } }, { onSuccess: done })
  }
  return (
    <Stack gap="sm">
      <Text size="sm">{t('move-what')}</Text>
      <Select
        label={t('fields.group')}
        data={groupTree(groups.data?.items ?? [])
          .filter(one => can('hosts:write', one.group.id))
          .map(one => ({ value: one.group.id, label: `${'\u2003'.repeat(one.depth)}${one.group.name}` }))}
        value={group}
        onChange={setGroup}
        searchable
        data-autofocus
      />
      <ErrorText error={move.error} />
      <Group justify="flex-end">
        <Button onClick={go} loading={move.isPending} disabled={group === null}>
          {t('move')}
        </Button>
      </Group>
    </Stack>
  )
}
