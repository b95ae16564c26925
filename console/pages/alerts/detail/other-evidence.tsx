import { HostText } from '../../../parts/index.ts'
import classes from './detail.module.css'

/** What an alert about the agent or an indicator holds: names and values as they came. */
export function OtherEvidence({ evidence }: { readonly evidence: unknown }) {
  const entries = typeof evidence === 'object' && evidence !== null ? Object.entries(evidence) : []
  return (
    <dl className={classes['fields']}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>
            <HostText prose>{name}</HostText>
          </dt>
          <dd>
            <HostText>{typeof value === 'string' ? value : (JSON.stringify(value, undefined, 1) ?? '')}</HostText>
          </dd>
        </div>
      ))}
    </dl>
  )
}
