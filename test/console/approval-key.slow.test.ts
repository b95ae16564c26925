import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { parse } from 'yaml'
import { type HostKnowledge, judgeOrder } from '../../agent/orders/index.ts'
import { webauthnApprover } from '../../agent/orders/testing/center-hand.ts'
import type { AnswerOf, approverRoutes } from '../../model/api/index.ts'
import { agentConfig, type PinnedApprover, type SignedOrder } from '../../model/wire/index.ts'
import { until } from '../center/until.ts'
import { browserMissing, openBrowser, openPage, signInOn } from './browser.ts'
import { openSeededCenter, recordedHosts, type SeededCenter, seedImpossible } from './seeded-center.ts'

const skip = seedImpossible() ?? browserMissing() ?? false
const name = 'ci-01'
let seeded: SeededCenter
let browser: Browser
/** What the center handed to the host, as it came over the wire. */
const received: SignedOrder[] = []

before(async () => {
  if (skip !== false) return
  seeded = await openSeededCenter()
  browser = await openBrowser()
  const agent = seeded.agents.get(name)
  assert.ok(agent)
  const { onOrder } = agent
  agent.onOrder = signed => {
    received.push(signed)
    onOrder(signed)
  }
  await seeded.admin.api.updateSettings({ body: { secondApprover: { kinds: ['clean'], approvals: 1 } } })
})
after(async () => {
  await browser?.close()
  await seeded?.close()
})

test('a passkey approves in the browser, and the host that pins it carries out exactly that', { skip }, async () => {
  const { page, context, complaints } = await openPage(browser, seeded.address)
  await signInOn(page, seeded.people.approver)
  const debuggers = await context.newCDPSession(page)
  await debuggers.send('WebAuthn.enable')
  // Two keys lie on the table: one only signs in, the other approves too.
  const signsIn = await plugIn(debuggers, 'internal')
  await addKey(page, 'for signing in')
  await debuggers.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: signsIn, enabled: false })
  const approves = await plugIn(debuggers, 'usb')
  await addKey(page, 'for approvals')
  const pinned = await registerApprover(page, 'for approvals')
  await debuggers.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: signsIn, enabled: true })

  const before = await signatures(debuggers, [signsIn, approves])
  const order = await orderCleanUp()
  const dialog = page.getByRole('dialog', { name: 'Approve orders' })
  const review = async () => {
    await page.goto('/response/approvals')
    await page.getByRole('button', { name: `Review the order for ${name}` }).click()
  }
  await registeredElsewhere(page)
  await review()
  await dialog.getByText('Register one in your profile').waitFor()
  assert.equal(await dialog.getByRole('button', { name: 'Approve with security key' }).count(), 0)
  await page.unrouteAll()
  await review()
  await dialog.getByText('Quarantine file').first().waitFor()
  await dialog.getByRole('button', { name: 'Approve with security key' }).click()
  await page.getByText('1 approved, 1 on its way').waitFor()
  const after = await signatures(debuggers, [signsIn, approves])
  assert.deepEqual([after[0] === before[0], (after[1] ?? 0) > (before[1] ?? 0)], [true, true], 'which key signed')

  const signed = await handedOut(order)
  assert.deepEqual(judged(signed, [pinned]), { kind: 'accepted', approvers: [pinned.name] })
  const foreign = { ...pinned, key: webauthnApprover(pinned.name, 'ES256').pinned.key }
  assert.deepEqual(judged(signed, [foreign]), { kind: 'refused', refusal: 'approval-invalid' })
  assert.deepEqual(judged({ ...signed, approvals: [] }, [pinned]), { kind: 'refused', refusal: 'needs-approval' })
  const shown = await seeded.admin.api.getOrder({ params: { order } })
  assert.deepEqual(
    shown.approvals.map(one => [one.approver, one.signed]),
    [[seeded.people.approver.name, true]],
  )
  assert.deepEqual(complaints, [])
  await context.close()
})

async function plugIn(debuggers: CDPSession, transport: 'internal' | 'usb'): Promise<string> {
  const { authenticatorId } = await debuggers.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return authenticatorId
}

/** How often each has signed. */
async function signatures(debuggers: CDPSession, authenticators: readonly string[]): Promise<number[]> {
  const counts: number[] = []
  for (const authenticatorId of authenticators) {
    const { credentials } = await debuggers.send('WebAuthn.getCredentials', { authenticatorId })
    counts.push(credentials[0]?.signCount ?? 0)
  }
  return counts
}

async function addKey(page: Page, called: string): Promise<void> {
  await page.goto('/profile')
  await page.getByRole('button', { name: 'Add a key' }).click()
  await page.getByLabel('Name', { exact: true }).fill(called)
  await page.getByRole('button', { name: 'Go on to the key' }).click()
  const kept = page.getByRole('button', { name: 'I have kept them' })
  const added = page.getByRole('dialog').waitFor({ state: 'detached' })
  await Promise.race([kept.waitFor(), added])
  if ((await kept.count()) > 0) await kept.click()
  await page.getByText(called).first().waitFor()
}

/** The entry for agent.yml, from the page that shows it. */
async function registerApprover(page: Page, key: string): Promise<PinnedApprover> {
  await page.getByRole('button', { name: 'Register a key' }).click()
  await page.getByLabel('Your security key').selectOption({ label: key })
  await page.getByRole('button', { name: 'Register', exact: true }).click()
  const text = await page.getByText('relyingParty: localhost').textContent()
  const [pinned] = agentConfig.parse(parse(text ?? '')).orders.approvers
  assert.equal(pinned?.kind, 'webauthn')
  await page.keyboard.press('Escape')
  return pinned
}

/** As if the center had moved since: hosts would refuse what is signed here by what they pin. */
async function registeredElsewhere(page: Page): Promise<void> {
  await page.route('**/api/v1/approver-keys', async route => {
    const response = await route.fetch()
    const { items } = (await response.json()) as AnswerOf<(typeof approverRoutes)['listApproverKeys']>
    const moved = items.map(one => ({
      ...one,
      ...(one.securityKey && { securityKey: { ...one.securityKey, origin: 'https://former.example' } }),
    }))
    await route.fulfill({ response, json: { items: moved } })
  })
}

async function orderCleanUp(): Promise<string> {
  const { api } = seeded.people.responder
  const { items } = await api.listAlerts({ query: { host: seeded.hosts.get(name) ?? '', about: 'incident' } })
  const alert = items[0]?.id ?? ''
  const { plans } = await api.getAlert({ params: { alert } })
  const plan = plans.find(one => one.handling === 'in-depth')?.id ?? ''
  await api.handleAlerts({ body: { choice: { alerts: [alert] }, how: { as: 'in-depth', plans: { [alert]: plan } } } })
  const { items: orders } = await api.listOrders({ query: { alert, state: 'waiting-approval' } })
  assert.equal(orders.length, 1)
  return orders[0]?.id ?? ''
}

async function handedOut(order: string): Promise<SignedOrder> {
  await until('the host has the order', () => received.some(one => one.order.id === order))
  const signed = received.find(one => one.order.id === order)
  assert.ok(signed)
  return signed
}

/** What the agent's own code says to it on a host whose owner wants a signature for every clean-up by one of these. */
function judged(signed: SignedOrder, approvers: readonly PinnedApprover[]): object {
  const judgement = judgeOrder(signed, knowledge(approvers))
  return judgement.kind === 'accepted'
    ? { kind: judgement.kind, approvers: judgement.approvers }
    : { kind: judgement.kind, refusal: judgement.refusal }
}

function knowledge(approvers: readonly PinnedApprover[]): HostKnowledge {
  const agent = seeded.agents.get(name)
  assert.ok(agent)
  const reports = recordedHosts().find(one => one.name === name)?.reports ?? []
  const plans = reports.flatMap(one => (one.kind === 'plans' ? one.plans : []))
  const incidents = reports.flatMap(one => (one.kind === 'scan' ? one.scan.incidents : []))
  const seenAt = new Date().toISOString()
  return {
    agent: agent.agent,
    orderKeys: agent.orderKeys,
    now: new Date(),
    minuteOfDay: 720,
    lastSequence: 0,
    hasNonce: () => false,
    approvalUsed: () => false,
    policy: agentConfig.parse({ orders: { approvers, needApproval: ['clean'] } }).orders,
    mayUpgrade: false,
    capabilities: agent.capabilities,
    waiting: 0,
    incident(id) {
      const found = incidents.find(one => one.id === id)
      return found && { id, verdict: found.verdict, title: found.title, findings: [], addresses: [], seenAt }
    },
    keptFor: id =>
      plans
        .filter(one => one.plan.id === id)
        .map(({ incident, handling }) => ({ id, incident, handling, keptAt: seenAt })),
    plan: id => plans.find(one => one.plan.id === id)?.plan,
    run: () => undefined,
    entry: () => undefined,
    blockedByCenter: () => false,
    order: () => undefined,
    resolve: path => path,
  }
}
