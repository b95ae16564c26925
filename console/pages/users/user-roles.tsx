import { Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { ShownUser } from '../../../model/api/index.ts'
import { useChange } from '../../center/index.ts'
import { ErrorText, Section, showDone } from '../../parts/index.ts'
import { type EditedRole, RoleChips, RoleEditor } from '../../people/index.ts'
import { useSession } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { givenRoles } from './given-roles.ts'
import { useGroupNames } from './group-names.ts'

/** Those that the reader gives; what the identity provider gives is only shown. */
export function UserRoles({ user }: { readonly user: ShownUser }) {
  const { t } = useWords('users')
  const { canEverywhere } = useSession()
  const { groups, names } = useGroupNames()
  const set = useChange('setRoles', ['getUser', 'listUsers'])
  const before = user.roles.filter(({ fromProvider }) => !fromProvider)
  const provided = user.roles.filter(({ fromProvider }) => fromProvider)
  const [roles, setRoles] = useState<readonly EditedRole[]>(before)
  const changed = textOf(roles) !== textOf(before)
  const save = async () => {
    try {
      await set.mutateAsync({ params: { user: user.id }, body: { roles: givenRoles(roles) } })
      showDone(t('detail.saved'))
    } catch {
      // Shown below.
    }
  }
  return (
    <Section title={t('detail.roles')} about={t('detail.roles-about')}>
      <Stack gap="sm" maw={560}>
        {provided.length === 0 ? null : (
          <div>
            <Text size="sm" c="dimmed" mb={4}>
              {t('detail.roles-provided')}
            </Text>
            <RoleChips roles={provided} groups={names} />
          </div>
        )}
        <RoleEditor value={roles} onChange={setRoles} groups={groups} everywhere={canEverywhere('users:write')} />
        <ErrorText error={set.error} />
        <Group>
          <Button onClick={() => void save()} disabled={!changed} loading={set.isPending}>
            {t('detail.save-roles')}
          </Button>
        </Group>
      </Stack>
    </Section>
  )
}

function textOf(roles: readonly EditedRole[]): string {
  return givenRoles(roles)
    .map(({ role, group }) => `${role} ${group ?? ''}`)
    .sort()
    .join()
}
