import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Language } from '../../model/api/index.ts'
import type { Person } from '../center/person.ts'

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync)

/** Why there is no browser here; `undefined`: there is. */
export function browserMissing(): string | undefined {
  return program === undefined ? "Debian's chromium is not installed" : undefined
}

export function openBrowser(): Promise<Browser> {
  if (program === undefined) throw new Error('there is no chromium')
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--font-render-hinting=none']
  return chromium.launch({ executablePath: program, args })
}

export interface Seat {
  readonly language?: Language
  readonly dark?: boolean
  /** Default a laptop: 1280 × 800. */
  readonly size?: { readonly width: number; readonly height: number }
  /** Somebody who is here for the first time: the tour is shown. Default false. */
  readonly newcomer?: boolean
}

export const phone = { width: 360, height: 740 }

/** A page that fails the test when anything in it throws, is refused by the content security policy, or asks another origin. */
export interface Watched {
  readonly page: Page
  readonly context: BrowserContext
  /** What went wrong so far, in words; to be empty. */
  readonly complaints: string[]
}

export async function openPage(browser: Browser, address: string, seat: Seat = {}): Promise<Watched> {
  const { language = 'en', dark = false, size = { width: 1280, height: 800 }, newcomer = false } = seat
  const context = await browser.newContext({
    baseURL: address,
    ignoreHTTPSErrors: true,
    viewport: size,
    colorScheme: dark ? 'dark' : 'light',
    locale: { en: 'en-GB', zh: 'zh-CN', ja: 'ja-JP', id: 'id-ID' }[language],
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  // Runs in sandboxed frames too, which have no storage.
  await context.addInitScript(
    ([chosen, newcomer]) => {
      if (Reflect.get(globalThis, 'origin') === 'null') return
      localStorage.setItem('davylamp-language', chosen)
      if (!newcomer) localStorage.setItem('davylamp-tour', 'seen')
    },
    [language, newcomer] as const,
  )
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(`thrown: ${error.message}`))
  page.on('console', message => {
    // What the API refuses is shown by the page; the browser writes a line about it too.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) complaints.push(message.text())
  })
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== new URL(address).origin && !['data:', 'blob:', 'about:'].includes(protocol))
      complaints.push(`asked ${request.url()}`)
  })
  page.on('response', answer => {
    const { pathname } = new URL(answer.url())
    if (answer.status() >= 400 && !pathname.startsWith('/api/')) complaints.push(`${answer.status()} for ${pathname}`)
  })
  return { page, context, complaints }
}

/** Signs in by the form, as a person does. */
export async function signInOn(page: Page, { name, password }: Pick<Person, 'name' | 'password'>): Promise<void> {
  await page.goto('/')
  await page.locator('input[autocomplete="username"]').fill(name)
  await page.locator('input[autocomplete="current-password"]').fill(password)
  await page.locator('button[type="submit"]').click()
  await page.locator('#main').waitFor()
}

/** Waits until nothing on the page says that it is still loading. (The network is never idle: the live view stays open.) */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor()
  const loading = page.locator('.mantine-Loader-root, .mantine-Skeleton-root')
  while ((await loading.count()) > 0) await loading.first().waitFor({ state: 'hidden' })
  for (const frame of page.frames()) await frame.waitForLoadState()
  await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
}
