import { AppShell, Burger, Group, Text, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Search } from 'lucide-react'
import { Suspense, useEffect, useRef } from 'react'
import { Link, Route, Routes, useLocation } from 'react-router'
import { useLiveUpdates } from '../center/index.ts'
import { pages, ProfilePage } from '../pages/index.ts'
import { LoadingState, NotFoundState } from '../parts/index.ts'
import { useSessionDoor } from '../session/index.ts'
import { useWords } from '../words/index.ts'
import { ConfirmIdentity } from './confirm-identity.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Navigation } from './navigation.tsx'
import { PaletteWhenAsked, useOpenPalette } from './palette-when-asked.tsx'
import classes from './shell.module.css'
import { UserMenu } from './user-menu.tsx'

export function Frame() {
  const { t } = useWords('shell')
  const [open, { toggle, close }] = useDisclosure()
  const [paletteAsked, openPalette] = useOpenPalette()
  const { ended } = useSessionDoor()
  const connected = useLiveUpdates(ended)
  const { pathname } = useLocation()
  const main = useRef<HTMLElement>(null)
  const former = useRef(pathname)
  useEffect(() => {
    if (former.current === pathname) return
    former.current = pathname
    close()
    // A new page begins at its top, for eyes and for screen readers.
    main.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [pathname, close])
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="md"
    >
      <a className={classes['skip']} href="#main">
        {t('skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={open}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={t('menu')}
              aria-expanded={open}
            />
            <Link to="/" className={classes['name']}>
              <img src="/lamp.svg" alt="" width={26} height={26} />
              <Text fw={700} component="span">
                Davylamp
              </Text>
            </Link>
          </Group>
          <Group gap="xs" wrap="nowrap">
            {connected ? null : (
              <Text size="sm" c="dimmed" role="status" visibleFrom="xs">
                {t('reconnecting')}
              </Text>
            )}
            <UnstyledButton className={classes['search']} onClick={openPalette} aria-keyshortcuts="Control+K">
              <Search size={16} aria-hidden />
              <Text size="sm" visibleFrom="sm" component="span">
                {t('search')}
              </Text>
              <Text size="xs" visibleFrom="sm" component="kbd" className={classes['key'] ?? ''}>
                Ctrl K
              </Text>
              <VisuallyHidden component="span" hiddenFrom="sm">
                {t('search')}
              </VisuallyHidden>
            </UnstyledButton>
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <Navigation />
      <AppShell.Main id="main" ref={main} tabIndex={-1} className={classes['main'] ?? ''}>
        <ErrorBoundary key={pathname}>
          <Suspense fallback={<LoadingState />}>
            <Routes>
              {pages.map(({ name, path, Page }) => (
                <Route key={name} path={path === '/' ? '/' : `${path}/*`} element={<Page />} />
              ))}
              <Route path="/profile/*" element={<ProfilePage />} />
              <Route path="*" element={<NotFoundState />} />
            </Routes>
          </Suspense>
        </ErrorBoundary>
      </AppShell.Main>
      <PaletteWhenAsked asked={paletteAsked} />
      <ConfirmIdentity />
    </AppShell>
  )
}
