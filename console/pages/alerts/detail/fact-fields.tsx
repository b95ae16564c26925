import type { IdentifiedFact } from '../../../../model/index.ts'
import { Duration, HostText, Time, useNumbers } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './detail.module.css'
import { type Field, fieldsOf } from './fields.ts'

/** What is known of one thing, field by field. */
export function FactFields({ fact }: { readonly fact: IdentifiedFact | undefined }) {
  const { t } = useWords('alerts/detail')
  if (fact === undefined) return null
  return (
    <dl className={classes['fields']}>
      {fieldsOf(fact).map(field => (
        <div key={field.name} {...(isWide(field) ? { className: classes['wide'] ?? '' } : {})}>
          <dt>{t(`fields.${field.name}`)}</dt>
          <dd>
            <Value field={field} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function isWide({ value, form }: Field): boolean {
  const longest = Array.isArray(value) ? Math.max(...value.map(one => one.length)) : String(value).length
  return form !== 'time' && longest > 60
}

const ownerships = ['verified', 'modified', 'conffile', 'owned', 'unowned', 'unknown'] as const

function Value({ field: { form, value } }: { readonly field: Field }) {
  const { t } = useWords('alerts/detail')
  const { number, bytes } = useNumbers()
  if (typeof value === 'boolean') return <>{t(value ? 'yes' : 'no')}</>
  if (typeof value === 'number')
    switch (form) {
      case 'bytes':
        return <>{bytes(value)}</>
      case 'seconds':
        return <Duration seconds={value} />
      case 'percent':
        return <>{t('percent', { value: number(value) })}</>
      default:
        // A pid or a port is a name, not an amount.
        return <>{String(value)}</>
    }
  if (typeof value === 'string') {
    if (form === 'time') return <Time at={value} as="full" />
    const ownership = form === 'ownership' ? ownerships.find(one => one === value) : undefined
    return ownership === undefined ? <HostText>{value}</HostText> : t(`ownerships.${ownership}`)
  }
  return (
    <ul className={classes['plain']}>
      {value.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: texts of hosts may come twice.
        <li key={index}>
          <HostText>{one}</HostText>
        </li>
      ))}
    </ul>
  )
}
