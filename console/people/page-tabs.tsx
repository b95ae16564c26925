import { NavLink } from 'react-router'
import classes from './page-tabs.module.css'

export interface PageTab {
  readonly path: string
  readonly label: string
  /** Only this very path, not those below. */
  readonly exact?: boolean
}

/** Parts of a page that have addresses of their own. */
export function PageTabs({ label, tabs }: { readonly label: string; readonly tabs: readonly PageTab[] }) {
  return (
    <nav className={classes['tabs']} aria-label={label}>
      {tabs.map(({ path, label, exact = false }) => (
        <NavLink key={path} to={path} end={exact} className={classes['tab'] ?? ''}>
          {label}
        </NavLink>
      ))}
    </nav>
  )
}
