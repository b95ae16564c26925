import { ActionIcon, Button, Group, Input, Stack, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '../../words/index.ts'

interface PairsFieldProps {
  readonly label: string
  readonly description?: string
  readonly error: string | undefined
  readonly required: boolean
  readonly value: unknown
  readonly onChange: (value: Readonly<Record<string, string>>) => void
}

/** Names with values, such as headers. */
export function PairsField({ label, description, error, required, value, onChange }: PairsFieldProps) {
  const { t } = useWords('notifications')
  const [rows, setRows] = useState<readonly (readonly [string, string])[]>(() => pairsOf(value))
  const set = (next: readonly (readonly [string, string])[]) => {
    setRows(next)
    onChange(Object.fromEntries(next.filter(([name]) => name.trim() !== '').map(([name, text]) => [name.trim(), text])))
  }
  const change = (place: number, row: readonly [string, string]) =>
    set(rows.map((one, index) => (index === place ? row : one)))
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      required={required}
      error={error}
      {...(description === undefined ? {} : { description })}
    >
      <Stack gap={6} mt={4}>
        {rows.map(([name, text], place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else that stays while they are written.
          <Group key={place} gap={6} wrap="nowrap">
            <TextInput
              aria-label={t('form.pair-name')}
              placeholder={t('form.pair-name')}
              value={name}
              onChange={event => change(place, [event.currentTarget.value, text])}
              style={{ flex: 1 }}
            />
            <TextInput
              aria-label={t('form.pair-value')}
              placeholder={t('form.pair-value')}
              value={text}
              onChange={event => change(place, [name, event.currentTarget.value])}
              style={{ flex: 2 }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('form.pair-remove', { name })}
              onClick={() => set(rows.filter((_, index) => index !== place))}
            >
              <X size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => set([...rows, ['', '']])}
          style={{ alignSelf: 'flex-start' }}
        >
          {t('form.pair-add')}
        </Button>
      </Stack>
    </Input.Wrapper>
  )
}

function pairsOf(value: unknown): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([name, text]) => [name, String(text)] as const)
}
