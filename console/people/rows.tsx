import type { ReactNode } from 'react'
import classes from './rows.module.css'

interface RowsProps {
  readonly label: string
  readonly children: ReactNode
}

/** A short list with things to do on each row. */
export function Rows({ label, children }: RowsProps) {
  return (
    <ul className={classes['rows']} aria-label={label}>
      {children}
    </ul>
  )
}

interface RowProps {
  readonly icon?: ReactNode
  readonly children: ReactNode
  readonly actions?: ReactNode
}

export function Row({ icon, children, actions }: RowProps) {
  return (
    <li className={classes['row']}>
      {icon === undefined ? null : <span className={classes['icon']}>{icon}</span>}
      <div className={classes['main']}>{children}</div>
      {actions === undefined ? null : <span className={classes['actions']}>{actions}</span>}
    </li>
  )
}
