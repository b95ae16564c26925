import { ActionIcon, Button, Group, Select, Stack, Text } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import { type Role, roles as allRoles } from '../../model/api/index.ts'
import { useWords } from '../words/index.ts'
import { useRightWords } from './right-words.ts'

export interface EditedRole {
  readonly role: Role
  /** Absent: for all hosts. */
  readonly group?: string | undefined
}

interface RoleEditorProps {
  readonly value: readonly EditedRole[]
  readonly onChange: (roles: readonly EditedRole[]) => void
  readonly groups: readonly { readonly id: string; readonly name: string }[]
  /** Whether the reader may give roles for all hosts. */
  readonly everywhere: boolean
}

const everything = '*'

/** Which roles somebody has, each for all hosts or for one group. */
export function RoleEditor({ value, onChange, groups, everywhere }: RoleEditorProps) {
  const { t } = useWords('people')
  const words = useRightWords()
  const places = [
    ...(everywhere ? [{ value: everything, label: t('role.all-hosts') }] : []),
    ...groups.map(({ id, name }) => ({ value: id, label: name })),
  ]
  const change = (index: number, changed: Partial<EditedRole>) =>
    onChange(value.map((one, place) => (place === index ? { ...one, ...changed } : one)))
  const first = places[0]?.value
  const added: EditedRole = { role: 'viewer', ...(first === undefined || first === everything ? {} : { group: first }) }
  return (
    <Stack gap="xs" role="group" aria-label={t('role.label')}>
      <Text size="sm" fw={500}>
        {t('role.label')}
      </Text>
      {value.map(({ role, group }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name, and holds no state of its own.
        <div key={index}>
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <Select
              aria-label={t('role.role')}
              style={{ flex: 1, minWidth: 0 }}
              data={allRoles.map(one => ({ value: one, label: words.role(one) }))}
              value={role}
              onChange={chosen => change(index, { role: allRoles.find(one => one === chosen) ?? role })}
              allowDeselect={false}
            />
            <Select
              aria-label={t('role.where')}
              style={{ flex: 1, minWidth: 0 }}
              data={places}
              value={group ?? everything}
              onChange={chosen =>
                change(index, { group: chosen === null || chosen === everything ? undefined : chosen })
              }
              allowDeselect={false}
              searchable={places.length > 8}
            />
            <ActionIcon
              variant="default"
              size={36}
              aria-label={t('role.remove')}
              onClick={() => onChange(value.filter((_, place) => place !== index))}
            >
              <Trash2 size={16} aria-hidden />
            </ActionIcon>
          </Group>
          <Text size="xs" c="dimmed" mt={2}>
            {words.about(role)}
          </Text>
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() => onChange([...value, added])}
        style={{ alignSelf: 'flex-start' }}
      >
        {t('role.add')}
      </Button>
    </Stack>
  )
}
