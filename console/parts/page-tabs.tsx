import { NavLink } from 'react-router'
import classes from './page-tabs.module.css'

interface PageTabsProps {
  /** What the parts are of, for screen readers. */
  readonly label: string
  /** `to`: the address of a part; the first one's is that of the page. */
  readonly tabs: readonly { readonly to: string; readonly label: string }[]
}

/** The parts of a page, each with an address of its own. */
export function PageTabs({ label, tabs }: PageTabsProps) {
  return (
    <nav aria-label={label} className={classes['tabs']}>
      {tabs.map(({ to, label: name }, place) => (
        <NavLink key={to} to={to} end={place === 0} className={classes['tab'] ?? ''}>
          {name}
        </NavLink>
      ))}
    </nav>
  )
}
