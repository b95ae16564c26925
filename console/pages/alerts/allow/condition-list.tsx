import { useCall } from '../../../center/index.ts'
import { HostText } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'
import classes from './allow.module.css'
import { type AllowCondition, conditionNames } from './conditions.ts'

/** Everything that has to agree. */
export function ConditionList({ condition }: { readonly condition: AllowCondition }) {
  const { t } = useWords('alerts')
  return (
    <dl className={classes['condition']}>
      {conditionNames.map(name => {
        const value = condition[name]
        return value === undefined ? null : (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{t(`allow.names.${name}`)}</dt>
            <dd>{name === 'rule' ? <RuleTitle rule={value} /> : <HostText>{value}</HostText>}</dd>
          </div>
        )
      })}
    </dl>
  )
}

/** What the rule is called; its id when there is no such rule any more. */
function RuleTitle({ rule }: { readonly rule: string }) {
  const { data } = useCall('getRule', { params: { rule } })
  return data === undefined ? <HostText>{rule}</HostText> : <HostText prose>{data.title}</HostText>
}
