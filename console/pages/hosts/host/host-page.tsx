import { Anchor, Breadcrumbs, Button, Group, Menu, NativeSelect } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Ellipsis, Pencil, ScanSearch, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link, Navigate, Route, Routes, useNavigate, useParams } from 'react-router'
import type { AnswerTo } from '../../../center/index.ts'
import { useCall } from '../../../center/index.ts'
import {
  ErrorState,
  HostText,
  LoadingState,
  NotFoundState,
  PageHeader,
  PageTabs,
  Presence,
  Score,
  StartScanDialog,
  VerdictBadge,
} from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { AgentTab } from './agent-tab.tsx'
import { AlertsTab } from './alerts-tab.tsx'
import { EditHost } from './edit-host.tsx'
import { InventoryTab } from './inventory-tab.tsx'
import { ProcessesTab } from './processes-tab.tsx'
import { QuarantineTab } from './quarantine-tab.tsx'
import { RemoveHost } from './remove-host.tsx'
import { RunsTab } from './runs-tab.tsx'
import { ScansTab } from './scans-tab.tsx'
import { StateTab } from './state-tab.tsx'
import { WatchTab } from './watch-tab.tsx'

export type Host = AnswerTo<'getHost'>

const tabs = [
  'state',
  'alerts',
  'watch',
  'autostarts',
  'processes',
  'network',
  'access',
  'software',
  'quarantine',
  'runs',
  'scans',
  'agent',
] as const

/** Everything about one host. */
export function HostPage() {
  const { host = '' } = useParams()
  const { data, error, refetch } = useCall('getHost', { params: { host } })
  if (data !== undefined) return <Shown host={data} />
  return error === null ? <LoadingState /> : <ErrorState error={error} retry={() => void refetch()} />
}

function Shown({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const shown = tabs.filter(tab => tab !== 'alerts' || can('alerts:read', host.group.id))
  return (
    <>
      <Breadcrumbs mb={4} fz="sm">
        <Anchor component={Link} to="/hosts" size="sm">
          {t('title')}
        </Anchor>
        <Anchor component={Link} to={`/hosts?group=${host.group.id}`} size="sm">
          <HostText prose>{host.group.name}</HostText>
        </Anchor>
      </Breadcrumbs>
      <PageHeader title={host.name} about={<Summary host={host} />} help="agent" actions={<Actions host={host} />} />
      <TabLine host={host} shown={shown} />
      <Routes>
        <Route index element={<Navigate to="state" replace />} />
        <Route path="state" element={<StateTab host={host} />} />
        {shown.includes('alerts') ? <Route path="alerts" element={<AlertsTab host={host} />} /> : null}
        <Route path="watch" element={<WatchTab host={host} />} />
        <Route path="autostarts" element={<InventoryTab key="autostarts" host={host} kinds={['autostart']} />} />
        <Route path="processes" element={<ProcessesTab host={host} />} />
        <Route path="network" element={<InventoryTab key="network" host={host} kinds={['listener']} />} />
        <Route
          path="access"
          element={<InventoryTab key="access" host={host} kinds={['account', 'sudo-rule', 'login-key']} />}
        />
        <Route
          path="software"
          element={
            <InventoryTab key="software" host={host} kinds={['package', 'kernel-module', 'container', 'preload']} />
          }
        />
        <Route path="quarantine" element={<QuarantineTab host={host} />} />
        <Route path="runs" element={<RunsTab host={host} />} />
        <Route path="scans" element={<ScansTab host={host} />} />
        <Route path="agent" element={<AgentTab host={host} />} />
        <Route path="*" element={<NotFoundState />} />
      </Routes>
    </>
  )
}

function Summary({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  return (
    <Group gap="md" mt={4}>
      <VerdictBadge verdict={host.verdict} />
      {host.score === undefined ? null : (
        <span>
          {t('fields.score')} <Score score={host.score} />
        </span>
      )}
      <Presence online={host.online} lastSeen={host.lastSeen} reason={host.offlineReason} />
      {host.system === '' ? null : <HostText prose>{host.system}</HostText>}
    </Group>
  )
}

function Actions({ host }: { readonly host: Host }) {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const navigate = useNavigate()
  const [open, setOpen] = useState<'scan' | 'edit' | 'remove'>()
  const close = () => setOpen(undefined)
  return (
    <>
      {can('hosts:write', host.group.id) ? (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" size="sm" rightSection={<Ellipsis size={16} aria-hidden />}>
              {t('more')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => setOpen('edit')}>
              {t('edit.title')}
            </Menu.Item>
            <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setOpen('remove')}>
              {t('remove.title')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : null}
      {can('scans:start', host.group.id) ? (
        <Button size="sm" leftSection={<ScanSearch size={16} aria-hidden />} onClick={() => setOpen('scan')}>
          {t('scan')}
        </Button>
      ) : null}
      <StartScanDialog
        opened={open === 'scan'}
        scope={{ hosts: [host.id] }}
        onClose={close}
        onStarted={({ task }) => void navigate(`/virus-scan/tasks/${task}`)}
      />
      <EditHost host={host} opened={open === 'edit'} onClose={close} />
      <RemoveHost host={host} opened={open === 'remove'} onClose={close} />
    </>
  )
}

/** On a phone a list to choose from: twelve tabs do not fit. */
function TabLine({ host, shown }: { readonly host: Host; readonly shown: readonly (typeof tabs)[number][] }) {
  const { t } = useWords('hosts')
  const { '*': rest = '' } = useParams()
  const navigate = useNavigate()
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false }) ?? false
  const here = rest.split('/')[0] ?? ''
  if (narrow)
    return (
      <NativeSelect
        mb="md"
        aria-label={t('tabs.label')}
        value={here}
        onChange={event => void navigate(`/hosts/${host.id}/${event.currentTarget.value}`)}
        data={shown.map(tab => ({ value: tab, label: t(`tabs.${tab}`) }))}
      />
    )
  return (
    <PageTabs
      label={t('tabs.label')}
      tabs={shown.map(tab => ({ to: `/hosts/${host.id}/${tab}`, label: t(`tabs.${tab}`) }))}
    />
  )
}
