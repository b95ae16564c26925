import { Input, MultiSelect, SegmentedControl, Stack } from '@mantine/core'
import type { z } from 'zod'
import type { Permission, scope as scopeSchema } from '../../model/api/index.ts'
import { useCall } from '../center/index.ts'
import { useSession } from '../session/index.ts'
import { useWords } from '../words/index.ts'
import { HostText } from './host-text.tsx'
import { HostsSelect } from './host-select.tsx'
import { useNumbers } from './numbers.ts'

/** Hosts by name, group or tag; empty: all that one has the right for. */
export type Scope = z.input<typeof scopeSchema>

const ways = ['all', 'groups', 'tags', 'hosts'] as const

interface ScopeFieldProps {
  readonly label: string
  readonly value: Scope
  readonly onChange: (scope: Scope) => void
  /** Which right is wanted: groups without it are not offered. */
  readonly needs: Permission
  readonly error?: string | undefined
  /** Nothing but groups can be chosen: for who has a right for some groups only. */
  readonly onlyGroups?: boolean
}

/** On which hosts something is done: all, groups with those below them, those with a tag, or single ones. */
export function ScopeField({ label, value, onChange, needs, error, onlyGroups = false }: ScopeFieldProps) {
  const { t } = useWords('parts')
  const { can } = useSession()
  const groups = useCall('listGroups')
  const facets = useCall('hostFacets', undefined, { enabled: value.tags !== undefined })
  const way = ways.find(one => one !== 'all' && value[one] !== undefined) ?? 'all'
  const choose = (next: string) => {
    const chosen = ways.find(one => one === next) ?? 'all'
    onChange(chosen === 'all' ? {} : { [chosen]: [] })
  }
  return (
    <Input.Wrapper label={label} labelElement="div" {...(way === 'all' && error !== undefined ? { error } : {})}>
      <Stack gap={6}>
        <SegmentedControl
          aria-label={label}
          size="xs"
          style={{ alignSelf: 'flex-start' }}
          data={(onlyGroups ? ways.filter(one => one === 'groups') : ways).map(one => ({
            value: one,
            label: t(`scope.${one}`),
          }))}
          value={way}
          onChange={choose}
        />
        {value.groups === undefined ? null : (
          <MultiSelect
            aria-label={t('scope.groups')}
            placeholder={value.groups.length === 0 ? t('scope.find-groups') : ''}
            data={(groups.data?.items ?? [])
              .filter(({ id }) => can(needs, id))
              .map(({ id, name }) => ({ value: id, label: name }))}
            value={value.groups}
            onChange={chosen => onChange({ groups: chosen })}
            searchable
            hidePickedOptions
            nothingFoundMessage={t('none')}
            error={error}
          />
        )}
        {value.tags === undefined ? null : (
          <MultiSelect
            aria-label={t('scope.tags')}
            placeholder={value.tags.length === 0 ? t('scope.find-tags') : ''}
            data={(facets.data?.['tag'] ?? []).map(one => one.value)}
            value={value.tags}
            onChange={tags => onChange({ tags })}
            searchable
            hidePickedOptions
            nothingFoundMessage={t('none')}
            error={error}
          />
        )}
        {value.hosts === undefined ? null : (
          <HostsSelect
            label={t('scope.hosts')}
            value={value.hosts}
            onChange={hosts => onChange({ hosts: [...hosts] })}
            error={error}
          />
        )}
      </Stack>
    </Input.Wrapper>
  )
}

/** Whether a scope names anything: one with an empty list of groups or hosts is a form that is not filled in yet. */
export function isWholeScope({ hosts, groups, tags }: Scope): boolean {
  return [hosts, groups, tags].every(list => list === undefined || list.length > 0)
}

const namedHosts = 3

/** A scope in words: names of groups, hosts and tags. */
export function ScopeText({ scope }: { readonly scope: Scope }) {
  const { t } = useWords('parts')
  const { number } = useNumbers()
  const groups = useCall('listGroups', undefined, { enabled: scope.groups !== undefined })
  const hosts = scope.hosts ?? []
  if (scope.hosts === undefined && scope.groups === undefined && scope.tags === undefined) return t('scope.all')
  const names = new Map(groups.data?.items.map(one => [one.id, one.name]))
  return (
    <>
      {(scope.groups ?? []).map((id, place) => (
        <span key={id}>
          {place === 0 ? null : ', '}
          <HostText>{names.get(id) ?? t('scope.gone-group')}</HostText>
        </span>
      ))}
      {scope.groups !== undefined && hosts.length > 0 ? ', ' : null}
      {hosts.slice(0, namedHosts).map((id, place) => (
        <span key={id}>
          {place === 0 ? null : ', '}
          <HostName id={id} />
        </span>
      ))}
      {hosts.length > namedHosts
        ? ` ${t('scope.more', { count: hosts.length - namedHosts, replace: { count: number(hosts.length - namedHosts) } })}`
        : null}
      {(scope.tags ?? []).map(tag => (
        <span key={tag}>
          {' #'}
          <HostText>{tag}</HostText>
        </span>
      ))}
    </>
  )
}

function HostName({ id }: { readonly id: string }) {
  const { t } = useWords('parts')
  const { data, isError } = useCall('getHost', { params: { host: id } })
  if (isError) return t('scope.gone-host')
  return <HostText>{data?.name ?? '…'}</HostText>
}
