import { Alert, Button, Stack, Table, Text } from '@mantine/core'
import { CircleArrowUp } from 'lucide-react'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { HostObject, UpgradeObject } from '../../../../model/api/index.ts'
import { useCall, useChange } from '../../../center/index.ts'
import { ConfirmDialog, HostText, showDone } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

interface UpgradeAgentsProps {
  /** Those that the caller may change. */
  readonly hosts: readonly HostObject[]
  readonly onDone: () => void
}

/** Only there while the center has a signed release that one of the agents would take, and its owner lets it. */
export function UpgradeAgents({ hosts, onDone }: UpgradeAgentsProps) {
  const { t } = useWords('hosts')
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const ids = hosts.map(({ id }) => id)
  const { data } = useCall('previewUpgrade', { body: { scope: { hosts: ids } } }, { enabled: ids.length > 0 })
  const upgrade = useChange('upgradeAgents', ['previewUpgrade', 'listTasks', 'listOrders'])
  const able = (data?.items ?? []).flatMap(({ host, to }) => (to === undefined ? [] : [{ host: host.id, ...to }]))
  if (data === undefined || able.length === 0) return null
  const order = async () => {
    const body = { hosts: able.map(({ host, sha256 }) => ({ host, sha256 })) }
    const started = await upgrade.mutateAsync({ body })
    showDone(t('upgrade.ordered', { count: started.hosts }))
    onDone()
    void navigate(`/response/tasks/${started.task}`)
  }
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<CircleArrowUp size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t('upgrade.open')}
      </Button>
      <ConfirmDialog
        opened={open}
        title={t('upgrade.title', { count: able.length })}
        confirm={t('upgrade.go')}
        onConfirm={order}
        onClose={() => setOpen(false)}
      >
        <Stack gap="sm">
          <Text size="sm">{t('upgrade.what')}</Text>
          {data.approvalsNeeded === 0 ? null : (
            <Alert variant="light">{t('upgrade.approval', { count: data.approvalsNeeded })}</Alert>
          )}
          <Preview items={data.items} />
        </Stack>
      </ConfirmDialog>
    </>
  )
}

/** Those that are upgraded first. */
function Preview({ items }: { readonly items: readonly UpgradeObject[] }) {
  const { t } = useWords(['hosts', 'parts'])
  return (
    <Table aria-label={t('upgrade.list')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="36%">{t('fields.host')}</Table.Th>
          <Table.Th w="22%">{t('upgrade.from')}</Table.Th>
          <Table.Th>{t('upgrade.to')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.toSorted(upgradedFirst).map(({ host, online, from, to, hindrance }) => (
          <Table.Tr key={host.id}>
            <Table.Td>
              <HostText prose>{host.name}</HostText>
            </Table.Td>
            <Table.Td>
              <HostText>{from ?? ''}</HostText>
            </Table.Td>
            <Table.Td>
              {to === undefined ? null : <HostText>{to.version}</HostText>}
              {to === undefined || online ? null : (
                <Text size="xs" c="dimmed">
                  {t('upgrade.when-back')}
                </Text>
              )}
              {hindrance === undefined ? null : (
                <Text size="sm" c="dimmed">
                  {t(`upgrade.hindrances.${hindrance}`)}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function upgradedFirst(one: UpgradeObject, other: UpgradeObject): number {
  return Number(one.to === undefined) - Number(other.to === undefined)
}
