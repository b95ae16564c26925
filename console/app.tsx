import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Suspense } from 'react'
import { BrowserRouter } from 'react-router'
import { ApiError } from '../client/index.ts'
import { LoadingState } from './parts/index.ts'
import { SessionProvider } from './session/index.ts'
import { Shell } from './shell/index.ts'
import { theme } from './theme.ts'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The client has tried again already; what the center refuses it will refuse again.
      retry: (failed, error) => failed < 1 && !(error instanceof ApiError),
      staleTime: 10_000,
      refetchOnWindowFocus: true,
    },
  },
})
const schemes = localStorageColorSchemeManager({ key: 'davylamp-scheme' })
/** Given by the center with the page: style elements that carry it are let in by the content security policy. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
// The library that keeps the page from scrolling behind a dialog looks for it under this name (get-nonce).
Reflect.set(globalThis, '__webpack_nonce__', nonce)

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={schemes} getStyleNonce={() => nonce}>
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queries}>
        <BrowserRouter>
          <SessionProvider>
            <Suspense fallback={<LoadingState />}>
              <Shell />
            </Suspense>
          </SessionProvider>
        </BrowserRouter>
      </QueryClientProvider>
    </MantineProvider>
  )
}
