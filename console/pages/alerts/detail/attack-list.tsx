import { Link } from 'react-router'
import { attackNames } from '../../../../model/index.ts'
import { HostText } from '../../../parts/index.ts'
import classes from './detail.module.css'

/** Techniques of ATT&CK by name; each leads to our rules that look for it. */
export function AttackList({ ids }: { readonly ids: readonly string[] }) {
  return (
    <ul className={classes['chips']}>
      {ids.map(id => (
        <li key={id}>
          <Link to={`/rules?attack=${encodeURIComponent(id)}`} title={attackNames[id] ?? id}>
            {attackNames[id]?.replace(/^.*: /, '') ?? <HostText>{id}</HostText>}
          </Link>{' '}
          {attackNames[id] === undefined ? null : <small>{id}</small>}
        </li>
      ))}
    </ul>
  )
}
