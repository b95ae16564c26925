import '@mantine/spotlight/styles.css'
import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight'
import { Search, Server, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useCall } from '../center/index.ts'
import { useSession } from '../session/index.ts'
import { useWords } from '../words/index.ts'
import { visiblePages } from './navigation.tsx'

export function openPalette(): void {
  spotlight.open()
}

/** Ctrl+K: pages, hosts by name, alerts by text. */
export function Palette() {
  const { t } = useWords('shell')
  const navigate = useNavigate()
  const session = useSession()
  const [text, setText] = useState('')
  const asked = text.trim().length >= 2
  const query = { text: text.trim(), limit: 5 }
  const hosts = useCall('listHosts', { query }, { enabled: asked && session.can('hosts:read'), keep: true })
  const alerts = useCall('listAlerts', { query }, { enabled: asked && session.can('alerts:read'), keep: true })
  const actions: SpotlightActionData[] = visiblePages(session).map(({ name, path, icon: Icon }) => ({
    id: `page-${name}`,
    label: t(`pages.${name}`),
    group: t('palette.pages'),
    leftSection: <Icon size={18} aria-hidden />,
    onClick: () => void navigate(path),
  }))
  const found: SpotlightActionData[] = asked
    ? [
        ...(hosts.data?.items ?? []).map(host => ({
          id: `host-${host.id}`,
          label: host.name,
          description: host.addresses.join(', '),
          keywords: [text],
          group: t('pages.hosts'),
          leftSection: <Server size={18} aria-hidden />,
          onClick: () => void navigate(`/hosts/${host.id}`),
        })),
        ...(alerts.data?.items ?? []).map(alert => ({
          id: `alert-${alert.id}`,
          label: alert.title,
          description: alert.host.name,
          keywords: [text],
          group: t('pages.alerts'),
          leftSection: <TriangleAlert size={18} aria-hidden />,
          onClick: () => void navigate(`/alerts/${alert.id}`),
        })),
      ]
    : []
  return (
    <Spotlight
      actions={grouped([...actions, ...found])}
      query={text}
      onQueryChange={setText}
      shortcut="mod + K"
      nothingFound={t('palette.nothing')}
      searchProps={{
        placeholder: t('palette.what'),
        'aria-label': t('palette.what'),
        leftSection: <Search size={18} aria-hidden />,
      }}
      scrollable
      limit={20}
    />
  )
}

function grouped(actions: readonly SpotlightActionData[]) {
  const groups = new Map<string, SpotlightActionData[]>()
  for (const action of actions) {
    const name = action.group ?? ''
    groups.set(name, [...(groups.get(name) ?? []), action])
  }
  return [...groups].map(([group, some]) => ({ group, actions: some }))
}
