import { alertAbouts, alertLevels, type AlertObject } from '../../../../model/api/index.ts'
import { useCall } from '../../../center/index.ts'
import { alertTypes, type FilterField, Filters } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { type FilterName, type FilterValues, shownStatuses, spanNames } from './alert-filter.ts'

interface AlertFiltersProps {
  readonly values: FilterValues
  readonly onChange: (change: { readonly [N in FilterName]?: string | undefined }) => void
  /** What is loaded: its families and persons are offered. */
  readonly items: readonly AlertObject[]
}

export function AlertFilters({ values, onChange, items }: AlertFiltersProps) {
  const { t } = useWords('alerts')
  const { t: word } = useWords('parts')
  const { user } = useSession()
  const groups = useCall('listGroups', {})
  const facets = useCall('hostFacets', {})
  const rules = useCall('listRules', { query: { limit: 500 } })
  const choice = (name: FilterName, label: string, options: readonly { value: string; label: string }[]) =>
    ({ kind: 'choice', name, label, options }) satisfies FilterField<FilterName>
  const ruleOptions = (rules.data?.items ?? []).map(one => ({ value: one.id, label: one.title }))
  if (values.rule !== undefined && ruleOptions.every(one => one.value !== values.rule))
    ruleOptions.push({ value: values.rule, label: values.rule })
  const families = offered(
    values.family,
    items.flatMap(one => one.families),
  )
  const people = offered(values.assignedTo, [user.name, ...items.flatMap(one => one.assignedTo ?? [])])
  const fields: readonly FilterField<FilterName>[] = [
    { kind: 'text', name: 'text', label: t('filters.text') },
    choice(
      'status',
      t('columns.status'),
      shownStatuses.map(one => ({
        value: one,
        label: one === 'all' ? t('filters.all-statuses') : word(`statuses.${one}`),
      })),
    ),
    choice(
      'type',
      t('columns.type'),
      alertTypes.map(one => ({ value: one, label: word(`types.${one}`) })),
    ),
    choice(
      'group',
      t('filters.group'),
      (groups.data?.items ?? []).map(one => ({ value: one.id, label: one.name })),
    ),
    choice(
      'last',
      t('filters.last'),
      spanNames.map(one => ({ value: one, label: t(`filters.spans.${one}`) })),
    ),
  ]
  const more: readonly FilterField<FilterName>[] = [
    { kind: 'host', name: 'host', label: t('columns.host') },
    choice(
      'verdict',
      t('filters.verdict'),
      (['confirmed', 'suspected', 'exposure'] as const).map(one => ({ value: one, label: word(`verdicts.${one}`) })),
    ),
    choice(
      'atLeast',
      t('filters.at-least'),
      alertLevels.toReversed().map(one => ({ value: one, label: word(`levels.${one}`) })),
    ),
    choice(
      'region',
      t('filters.region'),
      (facets.data?.['region'] ?? []).map(({ value }) => ({ value, label: value })),
    ),
    choice('family', t('filters.family'), families),
    choice('assignedTo', t('columns.assigned'), people),
    choice('rule', t('filters.rule'), ruleOptions),
    { kind: 'text', name: 'hash', label: t('filters.hash') },
    { kind: 'time', name: 'since', label: t('filters.since') },
    { kind: 'time', name: 'until', label: t('filters.until') },
    choice(
      'about',
      t('filters.about'),
      alertAbouts.map(one => ({ value: one, label: t(`abouts.${one}`) })),
    ),
    choice('children', t('filters.children'), [{ value: 'true', label: t('filters.with-children') }]),
  ]
  // Without a word in the address the open ones are shown, and that is what the box says.
  const shown = { ...values, status: values.status ?? 'open' }
  return (
    <Filters
      fields={fields}
      more={more}
      values={shown}
      standard={{ status: 'open' }}
      onChange={change => {
        // Only clearing changes several at once; the severity, which is chosen above, goes too.
        const all = Object.keys(change).length > 1 ? { ...change, level: undefined } : change
        onChange('status' in all && all.status === 'open' ? { ...all, status: undefined } : all)
      }}
    />
  )
}

/** Each once, in order, with what is chosen among them. */
function offered(chosen: string | undefined, found: readonly string[]) {
  const all = new Set(found)
  if (chosen !== undefined) all.add(chosen)
  return [...all].sort((one, other) => one.localeCompare(other)).map(value => ({ value, label: value }))
}
