import { Filters } from '../../parts/index.ts'
import { useWords } from '../../words/index.ts'
import { actionGroups, knownObjects } from './known.ts'

export const filterNames = ['actor', 'action', 'objectKind', 'objectId', 'from', 'to'] as const
type Name = (typeof filterNames)[number]
export type AuditFilter = { readonly [N in Name]?: string }

interface AuditFiltersProps {
  readonly values: AuditFilter
  readonly onChange: (change: { readonly [N in Name]?: string | undefined }) => void
}

export function AuditFilters({ values, onChange }: AuditFiltersProps) {
  const { t } = useWords('audit')
  return (
    <Filters<Name>
      fields={[
        { kind: 'text', name: 'actor', label: t('filters.actor') },
        {
          kind: 'choice',
          name: 'action',
          label: t('filters.action'),
          options: actionGroups.map(value => ({ value, label: t(`groups.${withoutDot(value)}`) })),
        },
        {
          kind: 'choice',
          name: 'objectKind',
          label: t('filters.objectKind'),
          options: knownObjects.map(value => ({ value, label: t(`objects.${value}`) })),
        },
        { kind: 'time', name: 'from', label: t('filters.from') },
        { kind: 'time', name: 'to', label: t('filters.to') },
      ]}
      values={values}
      onChange={onChange}
    />
  )
}

type WithoutDot<T> = T extends `${infer Group}.` ? Group : T

function withoutDot<T extends string>(value: T): WithoutDot<T> {
  return value.replace(/\.$/, '') as WithoutDot<T>
}
