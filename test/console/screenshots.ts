import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Language } from '../../model/api/index.ts'
import { browserMissing, openBrowser, openPage, phone, type Seat, settled, signInOn } from './browser.ts'
import { noticed, plainName } from './noticed.ts'
import { shownPages } from './shown-pages.ts'
import { checkout, openSeededCenter, type SeededCenter, seedImpossible } from './seeded-center.ts'

const usage = `Makes a picture of every page of the console, from what real hosts reported.

  npm run screenshots [-- PAGE...] [--into FOLDER] [--png]

  PAGE    only pages whose name holds one of these words
  --into  default docs/pictures/console
  --png   instead of WebP
`
const seats: readonly (Seat & { readonly name: string; readonly language?: Language })[] = [
  { name: 'light' },
  { name: 'dark', dark: true },
  { name: 'phone', size: phone },
]

const { values, positionals } = parseArgs({
  options: {
    into: { type: 'string', default: join(checkout, 'docs', 'pictures', 'console') },
    png: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
process.exitCode = values.help ? say(usage, 0) : await main()

async function main(): Promise<number> {
  const impossible = seedImpossible() ?? browserMissing()
  if (impossible !== undefined) return say(`No pictures: ${impossible}\n`, 77)
  if (positionals.length === 0) rmSync(values.into, { recursive: true, force: true })
  mkdirSync(values.into, { recursive: true })
  say('Starting a center and its hosts …\n', 0)
  const seeded = await openSeededCenter()
  await noticed(seeded, plainName)
  const browser = await openBrowser()
  try {
    for (const seat of seats) await visit(browser, seeded, seat)
    return 0
  } finally {
    await browser.close()
    await seeded.close()
  }
}

async function visit(browser: Browser, seeded: SeededCenter, seat: (typeof seats)[number]): Promise<void> {
  const { page, context, complaints } = await openPage(browser, seeded.address, seat)
  await useFont(context)
  await signInOn(page, seeded.admin)
  for (const { name, open } of await shownPages(seeded)) {
    if (positionals.length > 0 && !positionals.some(word => name.includes(word))) continue
    await open(page)
    await settled(page)
    writeFileSync(join(values.into, `${name}-${seat.name}.${values.png ? 'png' : 'webp'}`), await picture(page))
    say(`${name} ${seat.name}\n`, 0)
  }
  for (const complaint of complaints) say(`complaint: ${complaint}\n`, 0)
  await context.close()
}

/** Pictures look the same wherever they are made: not in whatever font a server happens to have. */
async function useFont(context: BrowserContext): Promise<void> {
  const file = import.meta.resolve('@fontsource-variable/noto-sans/files/noto-sans-latin-wght-normal.woff2')
  const font = readFileSync(fileURLToPath(file)).toString('base64')
  await context.addInitScript(
    `document.fonts.add(new FontFace('Picture', Uint8Array.fromBase64('${font}'), { weight: '100 900' }))
    addEventListener('DOMContentLoaded', () => {
      for (const name of ['--mantine-font-family', '--mantine-font-family-headings'])
        document.documentElement.style.setProperty(name, 'Picture, sans-serif')
    })`,
  )
}

async function picture(page: Page): Promise<Buffer> {
  if (values.png) return page.screenshot()
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 85 })
  await session.detach()
  return Buffer.from(data, 'base64')
}

function say(text: string, status: number): number {
  process.stdout.write(text)
  return status
}
