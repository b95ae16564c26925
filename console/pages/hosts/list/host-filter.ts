import type { CallOf, hostRoutes } from '../../../../model/api/index.ts'
import { useCall } from '../../../center/index.ts'
import { type FilterField, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import { groupTree } from '../groups/index.ts'

export const hostFilterNames = ['text', 'group', 'region', 'tag', 'owner', 'verdict', 'online'] as const
type HostFilterName = (typeof hostFilterNames)[number]
type Values = { readonly [N in HostFilterName]?: string }

const verdicts = ['confirmed', 'suspected', 'exposure', 'nothing', 'unknown'] as const

/** What the address says, as the API wants it; what it does not know is left out. */
export function hostQuery({
  verdict,
  online,
  ...rest
}: Values): NonNullable<CallOf<typeof hostRoutes.listHosts>['query']> {
  const known = verdicts.find(one => one === verdict)
  return {
    ...rest,
    ...(known === undefined ? {} : { verdict: known }),
    ...(online === 'true' || online === 'false' ? { online } : {}),
  }
}

/** The fields above the list; what there is to choose comes from the hosts. */
export function useHostFields(): readonly FilterField<HostFilterName>[] {
  const { t } = useWords('hosts')
  const { t: p } = useWords('parts')
  const { number } = useNumbers()
  const facets = useCall('hostFacets')
  const groups = useCall('listGroups')
  const facet = (name: 'region' | 'tag' | 'owner') => ({
    kind: 'choice' as const,
    name,
    label: t(`fields.${name}`),
    options: (facets.data?.[name] ?? []).map(({ value, hosts }) => ({ value, label: `${value} (${number(hosts)})` })),
  })
  const all: FilterField<HostFilterName>[] = [
    { kind: 'text', name: 'text', label: t('fields.text') },
    {
      kind: 'choice',
      name: 'group',
      label: t('fields.group'),
      options: groupTree(groups.data?.items ?? []).map(({ group, depth }) => ({
        value: group.id,
        label: `${'\u2003'.repeat(depth)}${group.name}`,
      })),
    },
    facet('region'),
    facet('tag'),
    facet('owner'),
    {
      kind: 'choice',
      name: 'verdict',
      label: t('fields.verdict'),
      options: verdicts.map(value => ({ value, label: p(`verdicts.${value}`) })),
    },
    {
      kind: 'choice',
      name: 'online',
      label: t('fields.agent'),
      options: [
        { value: 'true', label: p('online') },
        { value: 'false', label: p('offline') },
      ],
    },
  ]
  return all.filter(field => field.kind !== 'choice' || field.options.length > 0)
}
