import { Button, Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { Search, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useWords } from '../words/index.ts'
import { HostSelect } from './host-select.tsx'

export type FilterField<K extends string> =
  | { readonly kind: 'text'; readonly name: K; readonly label: string }
  | {
      readonly kind: 'choice'
      readonly name: K
      readonly label: string
      readonly options: readonly { readonly value: string; readonly label: string }[]
    }
  /** One host; the value is its id. */
  | { readonly kind: 'host'; readonly name: K; readonly label: string }
  /** A day and time in the reader's zone; the value is RFC 3339 in UTC. */
  | { readonly kind: 'time'; readonly name: K; readonly label: string }

interface FiltersProps<K extends string> {
  readonly fields: readonly FilterField<K>[]
  readonly values: { readonly [N in K]?: string }
  readonly onChange: (change: { readonly [N in K]?: string | undefined }) => void
}

/** The row above a list. Goes with useUrlFilter. */
export function Filters<K extends string>({ fields, values, onChange }: FiltersProps<K>) {
  const { t } = useWords('parts')
  const set = (name: K, value: string | undefined) => {
    const change: { [N in K]?: string | undefined } = {}
    change[name] = value
    onChange(change)
  }
  const any = fields.some(({ name }) => values[name] !== undefined)
  const clear = () => {
    const change: { [N in K]?: string | undefined } = {}
    for (const { name } of fields) change[name] = undefined
    onChange(change)
  }
  return (
    <Group gap="xs" mb="sm" align="flex-end" role="search" aria-label={t('filters.filter')}>
      {fields.map(field => {
        const value = values[field.name] ?? ''
        if (field.kind === 'text')
          return (
            <TextField key={field.name} label={field.label} value={value} onChange={text => set(field.name, text)} />
          )
        if (field.kind === 'host')
          return (
            <HostSelect
              key={field.name}
              size="xs"
              width={160}
              label={field.label}
              value={value === '' ? undefined : value}
              onChange={host => set(field.name, host)}
            />
          )
        if (field.kind === 'time')
          return (
            <TextInput
              key={field.name}
              type="datetime-local"
              size="xs"
              label={field.label}
              value={value === '' ? '' : localTime(value)}
              onChange={event => set(field.name, utcTime(event.currentTarget.value))}
            />
          )
        return (
          <Select
            key={field.name}
            size="xs"
            w={160}
            label={field.label}
            placeholder={t('filters.any')}
            data={[...field.options]}
            value={value === '' ? null : value}
            onChange={chosen => set(field.name, chosen ?? undefined)}
            clearable
            clearButtonProps={{ 'aria-label': t('filters.clear') }}
            searchable={field.options.length > 12}
            nothingFoundMessage={t('none')}
          />
        )
      })}
      {any ? (
        <Button size="xs" variant="subtle" leftSection={<X size={14} aria-hidden />} onClick={clear}>
          {t('filters.clear')}
        </Button>
      ) : null}
    </Group>
  )
}

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
}

/** Asks only when the writer pauses. */
function TextField({ label, value, onChange }: TextFieldProps) {
  const [text, setText] = useState(value)
  const tell = useDebouncedCallback(onChange, 300)
  useEffect(() => setText(value), [value])
  return (
    <TextInput
      size="xs"
      w={200}
      label={label}
      type="search"
      leftSection={<Search size={14} aria-hidden />}
      value={text}
      onChange={event => {
        setText(event.currentTarget.value)
        tell(event.currentTarget.value)
      }}
    />
  )
}

function localTime(utc: string): string {
  const date = new Date(utc)
  if (Number.isNaN(date.getTime())) return ''
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function utcTime(local: string): string | undefined {
  const date = new Date(local)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
