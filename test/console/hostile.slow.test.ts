import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { inventoryKinds, report, type Report } from '../../model/wire/index.ts'
import { canonicalHash } from '../../engine/canonical.ts'
import { until } from '../center/until.ts'
import { assertFits } from './accessible.ts'
import { browserMissing, openBrowser, openPage, phone, settled, signInOn } from './browser.ts'
import { openSeededCenter, recordedHosts, type SeededCenter, seedImpossible } from './seeded-center.ts'
import { shownPages } from './shown-pages.ts'

/** What breaks out of text, attributes, addresses, scripts, styles, templates, SVG and MathML; each says so by `globalThis.broken`. */
const corpus = [
  '<img src=x onerror=globalThis.broken=1>',
  '<script>globalThis.broken=2</script>',
  '"><svg/onload=globalThis.broken=3>',
  "'-globalThis.broken=4-'",
  'javascript:globalThis.broken=5//',
  '</title></textarea></style></noscript><iframe srcdoc="<script>parent.broken=6</script>">',
  '<math><mtext></table></math><img src=x onerror=globalThis.broken=7>',
  '{{constructor.constructor("globalThis.broken=8")()}}',
  '$\u007bglobalThis.broken=9}',
  '<a href="javascript:globalThis.broken=10" autofocus onfocus=globalThis.broken=11 tabindex=1>x</a>',
  '<style>@import "javascript:globalThis.broken=12";*{background:url(x)}</style>',
  '$t(parts:close) {{name}} <1>x</1> %s %d',
  '\u202egnp.exe\u202c \u200b\u00ad\ufeff\u2066',
  'x'.repeat(3_000),
] as const
/** Texts that an agent makes up freely; ids and words of closed lists would be refused. */
const free =
  /^(?:title|because|summary|path|command|commandLine|argv|text|reason|cwd|user|name|message|detail|advice|what|why|comment|description|unit|label|hostname|content|line|value|origin)$/

const skip = seedImpossible() ?? browserMissing() ?? false
let seeded: SeededCenter
let browser: Browser

before(async () => {
  if (skip !== false) return
  seeded = await openSeededCenter()
  browser = await openBrowser()
  await poisonHost('web-01')
  await poisonPeople()
})
after(async () => {
  await browser?.close()
  await seeded?.close()
})

test('whatever a host or a user writes is shown as text, on every page', { skip }, async () => {
  for (const seat of [{}, { size: phone }]) {
    const { page, context, complaints } = await openPage(browser, seeded.address, seat)
    page.on('dialog', dialog => {
      complaints.push(`a dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await signInOn(page, seeded.admin)
    const addresses = await detailAddresses(page)
    for (const { name, open } of [
      ...(await shownPages(seeded)),
      ...addresses.map(address => ({ name: address, open: (page: Page) => page.goto(address) })),
    ]) {
      await open(page)
      await settled(page)
      assert.equal(await page.evaluate('globalThis.broken'), undefined, name)
      assert.equal(await page.locator('img[src="x"], iframe[srcdoc*="parent.broken"], svg[onload]').count(), 0, name)
      await assertFits(page, name)
      assert.deepEqual(complaints, [], name)
    }
    await context.close()
  }
})

/** The list shows them, and the poison has arrived. */
test('the texts are there, with what cannot be seen made visible', { skip }, async () => {
  const { page, context } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.admin)
  await page.goto('/alerts')
  await settled(page)
  const text = (await page.locator('#main').textContent()) ?? ''
  assert.ok(text.includes('onerror=globalThis.broken=1'), text.slice(0, 2_000))
  await context.close()
})

async function detailAddresses(page: Page): Promise<string[]> {
  const found = new Set<string>()
  for (const list of ['/alerts', '/hosts', '/response', '/rules', '/intelligence']) {
    await page.goto(list)
    await settled(page)
    const links = await page
      .locator('#main a[href^="/"]')
      .evaluateAll(all => all.map(one => one.getAttribute('href') ?? ''))
    for (const link of links.filter(one => one.split('/').length > 2).slice(0, 4)) found.add(link)
  }
  const host = seeded.hosts.get('web-01') ?? ''
  for (const kind of inventoryKinds) found.add(`/hosts/${host}/${kind}`)
  return [...found]
}

/** A host that is in the hands of somebody who wants into the console. */
async function poisonHost(name: string): Promise<void> {
  const agent = seeded.agents.get(name)
  const host = recordedHosts().find(one => one.name === name)
  assert.ok(agent && host)
  const scan = randomUUID()
  for (const one of host.reports) {
    const told = one.kind === 'scan' ? { ...one, id: scan } : one.kind === 'plans' ? { ...one, scan } : one
    // A plan with characters that cannot be seen is refused by the center.
    payloads = one.kind === 'plans' ? corpus.filter(payload => !/[\u200b-\u206f\ufeff\u00ad]/.test(payload)) : corpus
    const poisoned = report.safeParse(renamed(poison(told)))
    if (!poisoned.success) throw poisoned.error
    agent.report(JSON.stringify(poisoned.data), Date.now())
  }
  agent.report(JSON.stringify({ kind: 'tampering', what: 'unit', detail: corpus[0] } satisfies Report), Date.now())
  await until('the poisoned reports are stored', () => agent.acknowledged === agent.made)
  assert.deepEqual(agent.rejected, [])
}

/** A plan is named by the SHA-256 of what it says. */
function renamed(told: unknown): unknown {
  const plans = typeof told === 'object' && told !== null ? Reflect.get(told, 'plans') : undefined
  if (!Array.isArray(plans)) return told
  const named = plans.map(one => {
    const { id: _, ...rest } = one.plan
    return { ...one, plan: { ...rest, id: canonicalHash(rest) } }
  })
  return { ...(told as object), plans: named }
}

let next = 0
let payloads: readonly string[] = corpus
function poison(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return free.test(key) ? `${value} ${payloads[next++ % payloads.length]}` : value
  if (Array.isArray(value)) return value.map(one => poison(one, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, poison(inner, name)]))
}

/** What people may write freely. */
async function poisonPeople(): Promise<void> {
  const { admin, hosts } = seeded
  const { api } = admin
  const host = hosts.get('web-01') ?? ''
  const [text] = corpus
  const long = `${text} ${corpus[11]} ${'y'.repeat(80)}`
  await api.updateHost({
    params: { host },
    body: { name: long, region: long, owner: long, tags: [text, '\u202etag'], note: corpus.join('\n').slice(0, 4_900) },
  })
  await api.createGroup({ body: { name: long } })
  await api.changeProfile({ body: { displayName: long } })
  await api.saveView({ body: { page: 'alerts', name: text, filter: { text } } })
  const { items } = await api.listAlerts({ query: { host } })
  for (const { id } of items.slice(0, 3))
    for (const payload of corpus) await api.commentAlert({ params: { alert: id }, body: { text: payload } })
  await api.addIndicators({
    body: { source: text, items: [{ kind: 'domain', value: 'pool.example', level: 'high', note: long }] },
  })
  await api.createToken({ body: { name: text, permissions: ['hosts:read'] } })
}
