import { MultiSelect, Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useCall } from '../center/index.ts'
import { useWords } from '../words/index.ts'

interface HostSelectProps {
  readonly label: string
  /** Id of a host. */
  readonly value: string | undefined
  readonly onChange: (host: string | undefined) => void
  readonly size?: 'xs' | 'sm'
  readonly width?: number
}

/** One host out of any number of them: what is typed is asked of the center. */
export function HostSelect({ label, value, onChange, size = 'sm', width }: HostSelectProps) {
  const { t } = useWords('parts')
  const [text, setText] = useState('')
  const found = useHosts(text)
  const chosen = useCall('getHost', { params: { host: value ?? '' } }, { enabled: value !== undefined })
  const options =
    found.some(one => one.value === value) || value === undefined
      ? found
      : [{ value, label: chosen.data?.name ?? t('loading') }, ...found]
  return (
    <Select
      size={size}
      label={label}
      placeholder={t('filters.any')}
      data={options}
      value={value ?? null}
      onChange={host => onChange(host ?? undefined)}
      searchable
      onSearchChange={setText}
      filter={({ options: all }) => all}
      nothingFoundMessage={t('none')}
      clearable
      clearButtonProps={{ 'aria-label': t('filters.clear') }}
      {...(width === undefined ? {} : { w: width })}
    />
  )
}

interface HostsSelectProps {
  readonly label: string
  readonly value: readonly string[]
  readonly onChange: (hosts: readonly string[]) => void
  readonly error?: string | undefined
}

/** Several hosts, found by what is typed. */
export function HostsSelect({ label, value, onChange, error }: HostsSelectProps) {
  const { t } = useWords('parts')
  const [text, setText] = useState('')
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())
  const found = useHosts(text)
  const shown = new Map([
    ...value.map(id => [id, names.get(id) ?? id] as const),
    ...found.map(one => [one.value, one.label] as const),
  ])
  return (
    <MultiSelect
      aria-label={label}
      placeholder={value.length === 0 ? t('scope.find-hosts') : ''}
      data={[...shown].map(([id, name]) => ({ value: id, label: name }))}
      value={[...value]}
      onChange={hosts => {
        setNames(new Map(hosts.map(id => [id, shown.get(id) ?? id])))
        onChange(hosts)
      }}
      searchable
      searchValue={text}
      onSearchChange={setText}
      filter={({ options }) => options}
      nothingFoundMessage={t('none')}
      hidePickedOptions
      error={error}
    />
  )
}

function useHosts(typed: string): readonly { readonly value: string; readonly label: string }[] {
  const [text] = useDebouncedValue(typed.trim(), 200)
  const query = { limit: 30, ...(text === '' ? {} : { text }) }
  const { data } = useCall('listHosts', { query }, { keep: true })
  return (data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
}
