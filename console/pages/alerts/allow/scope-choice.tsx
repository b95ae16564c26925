import { SegmentedControl, Stack, Text } from '@mantine/core'
import { useEffect, useId } from 'react'
import type { AlertObject } from '../../../../model/api/index.ts'
import { useCall } from '../../../center/index.ts'
import { HostText, type Scope } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'

export type ScopeKind = 'host' | 'group' | 'all'

interface ScopeChoiceProps {
  readonly host: AlertObject['host']
  readonly kind: ScopeKind
  readonly onChange: (kind: ScopeKind) => void
}

/** This host, its group, or all. Who has the right for some groups only cannot name a host or all. */
export function ScopeChoice({ host, kind, onChange }: ScopeChoiceProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { canEverywhere } = useSession()
  const groups = useCall('listGroups', {})
  const group = groups.data?.items.find(one => one.id === host.group)?.name
  const id = useId()
  const everywhere = canEverywhere('allowlist:write')
  useEffect(() => {
    if (!everywhere && kind !== 'group') onChange('group')
  }, [everywhere, kind, onChange])
  const labels = { host: t('allow.this-host'), group: t('allow.its-group'), all: word('all-hosts') } as const
  const kinds: readonly ScopeKind[] = everywhere ? ['host', 'group', 'all'] : ['group']
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500} id={id}>
        {t('allow.where')}
      </Text>
      <SegmentedControl
        size="xs"
        aria-labelledby={id}
        data={kinds.map(one => ({ value: one, label: labels[one] }))}
        value={kind}
        onChange={value => onChange(kinds.find(one => one === value) ?? kind)}
      />
      {kind === 'all' ? null : (
        <Text size="xs" c="dimmed" lineClamp={2} component="span">
          <HostText prose>{kind === 'host' ? host.name : (group ?? '')}</HostText>
        </Text>
      )}
    </Stack>
  )
}

export function scopeOf(kind: ScopeKind, host: AlertObject['host']): Scope {
  if (kind === 'all') return {}
  return kind === 'host' ? { hosts: [host.id] } : { groups: [host.group] }
}
