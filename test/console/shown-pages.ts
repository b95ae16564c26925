import type { Page } from 'playwright-core'
import { settled } from './browser.ts'
import type { SeededCenter } from './seeded-center.ts'

/** A state of the console that is looked at: in pictures, by axe, and with hostile texts. */
export interface ShownPage {
  /** Of the picture. */
  readonly name: string
  readonly open: (page: Page) => Promise<unknown>
}

/** Every page, with its ways of being shown that differ. Signed in as an administrator. */
export async function shownPages({ admin, hosts }: SeededCenter): Promise<readonly ShownPage[]> {
  const web = hosts.get('web-01') ?? ''
  const { items } = await admin.api.listAlerts({ query: { host: web, about: 'incident' } })
  const alert = items[0]?.id ?? ''
  const noticed = (await admin.api.listDetections({ query: { host: web, outcome: 'ended' } })).items[0]?.id ?? ''
  const at = (name: string, path: string): ShownPage => ({ name, open: page => page.goto(path) })
  // On a phone it is below the head of the alert.
  const part = (tab: string): ShownPage => ({
    name: `alert-${tab}`,
    open: async page => {
      await page.goto(`/alerts/${alert}?tab=${tab}`)
      await settled(page)
      await page.evaluate(showTabs)
    },
  })
  return [
    at('overview', '/'),
    at('alerts', '/alerts'),
    at('alert', `/alerts/${alert}`),
    part('noticed'),
    part('timeline'),
    part('graph'),
    part('cleanup'),
    at('allowlist', '/alerts/allowlist'),
    at('virus-scan', '/virus-scan'),
    at('response', '/response'),
    at('approvals', '/response/approvals'),
    at('tasks', '/response/tasks'),
    at('quarantine', '/quarantine'),
    at('prevention', '/prevention'),
    at('detection', `/prevention?detection=${noticed}`),
    at('prevention-sensors', '/prevention/sensors'),
    at('prevention-blocks', '/prevention/blocks'),
    at('prevention-policies', '/prevention/policies'),
    at('hosts', '/hosts'),
    at('host', `/hosts/${web}`),
    at('host-watch', `/hosts/${web}/watch`),
    at('add-server', '/hosts/add'),
    at('reports', '/reports'),
    at('rules', '/rules'),
    at('rule-packs', '/rules/packs'),
    at('intelligence', '/intelligence'),
    at('campaigns', '/intelligence/campaigns'),
    at('notifications', '/notifications'),
    at('message-preview', '/notifications/preview'),
    at('users', '/users'),
    at('roles', '/users/roles'),
    at('tokens', '/users/tokens'),
    at('audit', '/audit'),
    at('settings', '/settings'),
    at('approval-settings', '/settings/approvals'),
    at('providers', '/settings/providers'),
    at('exports', '/settings/exports'),
    at('about', '/settings/about'),
    at('health', '/health'),
    at('profile', '/profile'),
    at('documentation', '/docs/console'),
  ]
}

/** Scrolls to them when they are out of sight. */
const showTabs = `(() => {
  const { top } = document.querySelector('[role="tablist"]').getBoundingClientRect()
  if (top > innerHeight) scrollBy(0, top - 70)
})()`
