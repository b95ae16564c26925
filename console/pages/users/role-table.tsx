// biome-ignore-all lint/a11y/useSemanticElements: what scrolls sideways is no set of fields.
import { Table, Text } from '@mantine/core'
import { Check } from 'lucide-react'
import { permissions } from '../../../model/api/index.ts'
import { useCall } from '../../center/index.ts'
import { ErrorState, LoadingState } from '../../parts/index.ts'
import { useRightWords } from '../../people/index.ts'
import { useWords } from '../../words/index.ts'

/** What each role allows. */
export function RoleTable() {
  const { t } = useWords('users')
  const words = useRightWords()
  const roles = useCall('listRoles')
  const { data } = roles
  if (data === undefined)
    return roles.error === null ? (
      <LoadingState />
    ) : (
      <ErrorState error={roles.error} retry={() => void roles.refetch()} />
    )
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('roles.about')}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys (WCAG 2.1.1). */}
      <div style={{ overflowX: 'auto' }} tabIndex={0} role="group" aria-label={t('tabs.roles')}>
        <Table withTableBorder verticalSpacing={6} horizontalSpacing="sm" style={{ minWidth: 620 }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('roles.right')}</Table.Th>
              {data.items.map(({ role }) => (
                <Table.Th key={role} scope="col" style={{ verticalAlign: 'top', width: '15%' }}>
                  {words.role(role)}
                  <Text size="xs" c="dimmed" fw={400}>
                    {words.about(role)}
                  </Text>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {permissions.map(permission => (
              <Table.Tr key={permission}>
                <Table.Th scope="row" style={{ fontWeight: 400 }}>
                  {words.permission(permission)}
                </Table.Th>
                {data.items.map(({ role, permissions: held }) => (
                  <Table.Td key={role}>
                    {held.includes(permission) ? (
                      <Check size={16} role="img" aria-label={t('list.yes')} color="var(--davylamp-good)" />
                    ) : (
                      <Text component="span" c="dimmed" aria-label={t('list.no')} role="img">
                        –
                      </Text>
                    )}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </>
  )
}
