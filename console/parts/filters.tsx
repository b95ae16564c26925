import { Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useDebouncedCallback, useMediaQuery } from '@mantine/hooks'
import { Search, SlidersHorizontal, X } from 'lucide-react'
import { useEffect, useId, useState } from 'react'
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
  /** A day and time in the reader's zone; the value is RFC 3339 in UTC. */
  | { readonly kind: 'time'; readonly name: K; readonly label: string }
  /** One host; the value is its id. */
  | { readonly kind: 'host'; readonly name: K; readonly label: string }

interface FiltersProps<K extends string> {
  readonly fields: readonly FilterField<K>[]
  /** What is asked for less often: behind a button. On a phone, all but texts are. */
  readonly more?: readonly FilterField<K>[]
  readonly values: { readonly [N in K]?: string }
  /** What a field says when nobody narrowed by it; clearing leads there. */
  readonly standard?: { readonly [N in K]?: string }
  readonly onChange: (change: { readonly [N in K]?: string | undefined }) => void
}

/** The row above a list. Goes with useUrlFilter. */
export function Filters<K extends string>({ fields, more = [], values, standard = {}, onChange }: FiltersProps<K>) {
  const { t } = useWords('parts')
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false }) ?? false
  const [open, setOpen] = useState(false)
  const first = narrow && fields.length + more.length > 2 ? fields.filter(one => one.kind === 'text') : fields
  const behind = [...fields.filter(one => !first.includes(one)), ...more]
  const used = behind.filter(({ name }) => values[name] !== standard[name]).length
  const rest = useId()
  const set = (name: K, value: string | undefined) => {
    const change: { [N in K]?: string | undefined } = {}
    change[name] = value
    onChange(change)
  }
  const all = [...fields, ...more]
  const any = all.some(({ name }) => values[name] !== standard[name])
  const clear = () => {
    const change: { [N in K]?: string | undefined } = {}
    for (const { name } of all) change[name] = standard[name]
    onChange(change)
  }
  const shown = (field: FilterField<K>) => (
    <Field
      key={field.name}
      field={field}
      value={values[field.name] ?? ''}
      clearable={standard[field.name] === undefined}
      onChange={value => set(field.name, value)}
    />
  )
  return (
    <Stack gap="xs" mb="sm" role="search" aria-label={t('filters.filter')}>
      <Group gap="xs" align="flex-end">
        {first.map(shown)}
        {behind.length === 0 ? null : (
          <Button
            size="xs"
            variant="default"
            leftSection={<SlidersHorizontal size={14} aria-hidden />}
            aria-expanded={open}
            aria-controls={rest}
            onClick={() => setOpen(!open)}
          >
            {used === 0 ? t('filters.more') : t('filters.more-used', { used })}
          </Button>
        )}
        {any ? (
          <Button size="xs" variant="subtle" leftSection={<X size={14} aria-hidden />} onClick={clear}>
            {t('filters.clear')}
          </Button>
        ) : null}
      </Group>
      <Group id={rest} gap="xs" align="flex-end" display={open ? 'flex' : 'none'}>
        {open ? behind.map(shown) : null}
      </Group>
    </Stack>
  )
}

interface FieldProps<K extends string> {
  readonly field: FilterField<K>
  readonly value: string
  readonly clearable: boolean
  readonly onChange: (value: string | undefined) => void
}

function Field<K extends string>({ field, value, clearable, onChange }: FieldProps<K>) {
  const { t } = useWords('parts')
  if (field.kind === 'text') return <TextField label={field.label} value={value} onChange={onChange} />
  if (field.kind === 'host')
    return (
      <HostSelect
        label={field.label}
        value={value === '' ? undefined : value}
        onChange={onChange}
        size="xs"
        width={170}
      />
    )
  if (field.kind === 'time')
    return (
      <TextInput
        type="datetime-local"
        size="xs"
        label={field.label}
        value={value === '' ? '' : localTime(value)}
        onChange={event => onChange(utcTime(event.currentTarget.value))}
      />
    )
  return (
    <Select
      size="xs"
      w={150}
      label={field.label}
      placeholder={t('filters.any')}
      data={[...field.options]}
      value={value === '' ? null : value}
      onChange={chosen => onChange(chosen ?? undefined)}
      clearable={clearable}
      clearButtonProps={{ 'aria-label': t('filters.clear') }}
      searchable={field.options.length > 12}
      nothingFoundMessage={t('none')}
    />
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
