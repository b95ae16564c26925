import { ActionIcon, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core'
import { Plus, Trash2 } from 'lucide-react'
import { type Role, roles } from '../../../../model/api/index.ts'
import { useRightWords } from '../../../people/index.ts'
import { useWords } from '../../../words/index.ts'

export interface RoleMapping {
  /** Of the group claim. */
  readonly value: string
  readonly role: Role
  readonly group?: string | undefined
}

interface RoleMapProps {
  readonly value: readonly RoleMapping[]
  readonly onChange: (map: readonly RoleMapping[]) => void
  readonly groups: readonly { readonly id: string; readonly name: string }[]
}

/** Which group of the provider gets which role. */
export function RoleMap({ value, onChange, groups }: RoleMapProps) {
  const { t } = useWords('settings')
  const words = useRightWords()
  const change = (index: number, changed: Partial<RoleMapping>) =>
    onChange(value.map((one, place) => (place === index ? { ...one, ...changed } : one)))
  return (
    <Stack gap="xs" role="group" aria-label={t('providers.roles')}>
      <div>
        <Text size="sm" fw={500}>
          {t('providers.roles')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('providers.roles-about')}
        </Text>
      </div>
      {value.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name, and holds no state of its own.
        <Group key={index} gap="xs" align="flex-end">
          <TextInput
            style={{ flex: '1 1 140px' }}
            aria-label={t('providers.their-group')}
            placeholder={t('providers.their-group')}
            spellCheck={false}
            value={one.value}
            onChange={event => change(index, { value: event.currentTarget.value })}
          />
          <NativeSelect
            style={{ flex: '1 1 110px' }}
            aria-label={t('providers.role')}
            data={roles.map(role => ({ value: role, label: words.role(role) }))}
            value={one.role}
            onChange={event =>
              change(index, { role: roles.find(role => role === event.currentTarget.value) ?? one.role })
            }
          />
          <NativeSelect
            style={{ flex: '1 1 110px' }}
            aria-label={t('providers.where')}
            data={[
              { value: '', label: t('providers.all-hosts') },
              ...groups.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            value={one.group ?? ''}
            onChange={event => change(index, { group: event.currentTarget.value || undefined })}
          />
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t('providers.remove-role')}
            onClick={() => onChange(value.filter((_, place) => place !== index))}
          >
            <Trash2 size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        style={{ alignSelf: 'flex-start' }}
        leftSection={<Plus size={14} aria-hidden />}
        onClick={() => onChange([...value, { value: '', role: 'viewer' }])}
      >
        {t('providers.add-role')}
      </Button>
    </Stack>
  )
}
