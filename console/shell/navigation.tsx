import { AppShell, NavLink, ScrollArea, Text } from '@mantine/core'
import { NavLink as RouterLink, useLocation } from 'react-router'
import { type PageEntry, pages, sections } from '../pages/index.ts'
import { type Session, useSession } from '../session/index.ts'
import { useWords } from '../words/index.ts'

export function Navigation() {
  const { t } = useWords('shell')
  const session = useSession()
  return (
    <AppShell.Navbar p="xs" aria-label={t('menu')}>
      <ScrollArea>
        {visiblePages(session)
          .filter(({ section }) => section === undefined)
          .map(page => (
            <Entry key={page.name} page={page} />
          ))}
        {sections.map(section => {
          const here = visiblePages(session).filter(page => page.section === section)
          if (here.length === 0) return null
          return (
            <div key={section}>
              <Text size="xs" fw={600} c="dimmed" mt="sm" mb={4} px="xs">
                {t(`sections.${section}`)}
              </Text>
              {here.map(page => (
                <Entry key={page.name} page={page} />
              ))}
            </div>
          )
        })}
      </ScrollArea>
    </AppShell.Navbar>
  )
}

/** Pages for which somebody has at least one right. */
export function visiblePages({ can }: Session): readonly PageEntry[] {
  return pages.filter(({ needs }) => needs.some(permission => can(permission)))
}

function Entry({ page: { name, path, icon: Icon } }: { readonly page: PageEntry }) {
  const { t } = useWords('shell')
  const { pathname } = useLocation()
  const active = path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`)
  return (
    <NavLink
      component={RouterLink}
      to={path}
      active={active}
      label={t(`pages.${name}`)}
      leftSection={<Icon size={18} aria-hidden />}
    />
  )
}
