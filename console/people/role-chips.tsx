import { Group } from '@mantine/core'
import type { Role } from '../../model/api/index.ts'
import { Badge, HostText } from '../parts/index.ts'
import { useWords } from '../words/index.ts'
import { useRightWords } from './right-words.ts'

interface RoleChipsProps {
  readonly roles: readonly {
    readonly role: Role
    readonly group?: string | undefined
    readonly fromProvider?: boolean
  }[]
  /** Names of groups by id; a group that is not in it was removed or is not the reader's to see. */
  readonly groups: ReadonlyMap<string, string>
}

export function RoleChips({ roles, groups }: RoleChipsProps) {
  const { t } = useWords('people')
  const words = useRightWords()
  return (
    <Group gap={4} component="span">
      {roles.map(({ role, group, fromProvider = false }) => (
        <Badge key={`${role} ${group ?? ''} ${fromProvider}`} tone={role === 'admin' ? 'medium' : 'low'}>
          <span>{words.role(role)}</span>
          {group === undefined ? null : <span>· {<GroupName name={groups.get(group)} />}</span>}
          {fromProvider ? <span>· {t('role.from-provider')}</span> : null}
        </Badge>
      ))}
    </Group>
  )
}

function GroupName({ name }: { readonly name: string | undefined }) {
  const { t } = useWords('people')
  return name === undefined ? t('role.other-group') : <HostText>{name}</HostText>
}
