import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveEvents } from '../../client/index.ts'
import { type Infection, infections } from '../../hosts/index.ts'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { isPresent, nameOf } from '../range/expectations.ts'
import { startPool } from '../range/infected-host.ts'
import { rangeImpossible } from '../range/machine.ts'
import { hashOf, infect } from '../range/plant.ts'
import { type ApproverKey, registerKey } from './approver.ts'
import { type Fleet, openFleet } from './fleet.ts'
import { joinHost, type Member, writeConfig } from './member.ts'
import { endOfOrder, endOfTask, openIncident, scanNow } from './orders.ts'
import { invite, type Person } from './person.ts'
import { openReceivers, type Receivers, routeToAll } from './receivers.ts'
import { part } from './story.ts'
import { until } from './until.ts'

inNamespaces(import.meta.url, rangeImpossible() ?? false, 1_400)

const kinsing = infections.filter(({ family }) => family === 'kinsing')
const unnamed = infections.filter(({ family }) => family === 'unnamed')
/** What comes back comes within a second here. */
const watchSeconds = 5
const poolOfKinsing = '198.51.100.19'

test('three infected hosts and one center', { skip: !inside }, async context => {
  const fleet = await openFleet(['one', 'two', 'three'])
  const receivers = await openReceivers()
  try {
    const people = await part(context, 'people: a responder and an approver with a key', () => invitePeople(fleet))
    const members = await part(context, 'three hosts join by the command that the center shows', () =>
      join(fleet, people),
    )
    await part(context, 'infected and scanned: alerts with details, a mail and a text message', () =>
      foundEverywhere(fleet, people, members, receivers),
    )
    const ends = await part(context, 'a block is seen in the firewall', () => block(people, members.two))
    const run = await part(context, 'one handled in depth with the plan that was seen, followed live', () =>
      handleInDepth(people, members.one),
    )
    await part(context, 'the block is gone at its end', () => unblocked(people, members.two, ends))
    await part(context, 'a host whose owner wants a signature refuses without one, and says why', () =>
      refusedWithoutSignature(people, members.three),
    )
    await part(context, 'the rest by type: waits for a second person, who is not the first', () =>
      handleSameType(fleet, people, members),
    )
    await part(context, 'quarantine of all hosts; one file goes back to where it was', () =>
      restore(people, members.two),
    )
    await part(context, 'one is undone to the last file; where the owner forbids it, that is said', () =>
      undo(people, members, run),
    )
  } finally {
    await fleet.close()
    await receivers.close()
  }
})

interface People {
  readonly admin: Person
  readonly responder: Person
  readonly approver: Person
  readonly key: ApproverKey
}

interface Members {
  readonly one: Member
  readonly two: Member
  readonly three: Member
}

async function invitePeople({ admin, center }: Fleet): Promise<People> {
  const responder = await invite(admin, center.document, 'rita', 'responder')
  const approver = await invite(admin, center.document, 'ada', 'approver')
  return { admin, responder, approver, key: await registerKey(approver, 'ada') }
}

async function join({ center, hosts }: Fleet, { admin, key }: People): Promise<Members> {
  const [one, two, three] = hosts
  assert.ok(one && two && three)
  const address = center.document.agents
  await writeConfig(two, `center: ${address}\norders:\n  accept: [scan, clean, restore, block, prove, cancel]\n`)
  await writeConfig(three, `center: ${address}\n${key.agentYml}  needApproval: [clean]\n`)
  const joined = await Promise.all([
    joinHost(admin, center, one),
    joinHost(admin, center, two, { needsApproval: true }),
    joinHost(admin, center, three),
  ])
  assert.deepEqual(
    (await admin.api.listHosts()).items.map(({ name, online }) => ({ name, online })),
    ['one', 'three', 'two'].map(name => ({ name, online: true })),
  )
  return { one: joined[0], two: joined[1], three: joined[2] }
}

async function foundEverywhere(
  { hosts }: Fleet,
  { admin, responder }: People,
  { one, two, three }: Members,
  receivers: Receivers,
): Promise<void> {
  await routeToAll(admin, receivers)
  await Promise.all(hosts.map(startPool))
  await Promise.all([
    infect(one.range, kinsing),
    infect(two.range, kinsing),
    infect(three.range, [...kinsing, ...unnamed]),
  ])
  await scanNow(responder, [one, two, three])
  for (const member of [one, two, three]) {
    const { api } = responder
    const alert = await openIncident(responder, member, /kinsing/)
    const detail = await api.getAlert({ params: { alert: alert.id } })
    assert.deepEqual(
      { level: detail.level, verdict: detail.verdict, handlings: detail.plans.map(one => one.handling).sort() },
      { level: 'critical', verdict: 'confirmed', handlings: ['in-depth', 'terminate', 'terminate-and-quarantine'] },
    )
    assert.ok(detail.findings.some(({ title }) => title === 'Process is hidden'))
    const plan = detail.plans.find(({ handling }) => handling === 'in-depth')
    const { actions } = await api.getAlertPlan({ params: { alert: alert.id, plan: plan?.id ?? '' } })
    assert.ok(actions.some(({ action }) => action.kind === 'quarantine-file' && action.path === '/etc/kinsing'))
  }
  const both = await responder.api.getAlert({ params: { alert: (await openIncident(responder, three, /kinsing/)).id } })
  assert.ok(JSON.stringify(both.evidence).includes('/var/tmp/.../updater'))
  await told(receivers)
}

async function told({ mails, messages }: Receivers): Promise<void> {
  const [mail, sms] = await until(
    'a mail and a text message',
    () => {
      const mail = mails.find(({ subject }) => subject.includes('one'))
      const sms = messages.find(({ text }) => text.includes('one'))
      return mail !== undefined && sms !== undefined ? ([mail, sms] as const) : undefined
    },
    { explain: () => JSON.stringify({ mails, messages }) },
  )
  assert.deepEqual([mail.to, sms.to], [['ops@example.com'], '+491701234567'])
  for (const text of [mail.text, sms.text]) assert.match(text, /[Cc]ritical[\s\S]*kinsing|kinsing[\s\S]*[Cc]ritical/)
}

async function handleInDepth({ responder }: People, one: Member): Promise<string> {
  const { api } = responder
  const alert = await openIncident(responder, one, /kinsing/)
  const seen = planOf(await api.getAlert({ params: { alert: alert.id } }))
  const stop = new AbortController()
  const followed = liveRuns(responder, stop.signal)
  try {
    const { task } = await api.handleAlerts({
      body: { choice: { alerts: [alert.id] }, how: { as: 'in-depth', plans: { [alert.id]: seen }, watchSeconds } },
    })
    await stepsUnderWay(responder, task ?? '')
    const [order] = await endOfTask(responder, task ?? '', { members: [one] })
    assert.deepEqual([order?.state, order?.reason], ['done', undefined])
    stop.abort()
    assert.deepEqual(await followed, [order?.run])
    await cleanOf(responder, one, order?.run ?? '', seen)
    const now = await api.getAlert({ params: { alert: alert.id } })
    assert.deepEqual([now.status, now.handledAs, now.handledBy], ['handled', 'in-depth', 'rita'])
    return order?.run ?? ''
  } finally {
    stop.abort()
  }
}

/** The runs that a browser is told of until the signal. */
async function liveRuns({ client }: Person, signal: AbortSignal): Promise<string[]> {
  const runs = new Set<string>()
  for await (const event of liveEvents(client, { what: ['run'], signal }))
    if (event.event === 'changed') runs.add(event.data.id)
  return [...runs]
}

async function stepsUnderWay({ api }: Person, task: string): Promise<void> {
  let last = ''
  await until(
    'steps that are done while others are not',
    async () => {
      const { items } = await api.listOrders({ query: { task } })
      const { state, steps, endedAt, reason } = await api.getOrder({ params: { order: items[0]?.id ?? '' } })
      last = `${state} ${reason ?? ''} ${steps.map(one => one.outcome).join(' ')}`
      return endedAt !== undefined || (state === 'running' && steps.some(one => one.outcome === 'done'))
    },
    { seconds: 150, everyMs: 200, explain: () => last },
  )
  assert.match(last, /^running /)
}

async function cleanOf({ api }: Person, member: Member, run: string, wanted: string): Promise<void> {
  const { state, plan, proof, proven, actions } = await api.getRun({ params: { host: member.id, run } })
  assert.deepEqual(
    { state, plan, proof, gone: proven?.checked.every(({ gone }) => gone), notDone: actions.filter(notDone) },
    { state: 'complete', plan: wanted, proof: 'clean', gone: true, notDone: [] },
  )
  assert.deepEqual(leftOn(member, kinsing), [])
}

async function refusedWithoutSignature({ responder }: People, three: Member): Promise<void> {
  const alert = await openIncident(responder, three, /kinsing/)
  const { task } = await responder.api.handleAlerts({
    body: { choice: { alerts: [alert.id] }, how: { as: 'in-depth' } },
  })
  const [order] = await endOfTask(responder, task ?? '')
  assert.deepEqual([order?.state, order?.refusal], ['refused', 'needs-approval'])
  assert.match(order?.reason ?? '', /agent\.yml wants an approver's signature for every clean/)
  const { status } = await responder.api.getAlert({ params: { alert: alert.id } })
  assert.equal(status, 'open')
}

/** The responder sees what would be done everywhere, and asks; the approver signs for hosts and center. */
async function handleSameType({ admin }: Fleet, people: People, { one, two, three }: Members): Promise<void> {
  const { responder, approver, key } = people
  await admin.api.updateSettings({ body: { secondApprover: { kinds: ['clean'], approvals: 1 } } })
  const like = await openIncident(responder, two, /kinsing/)
  const choice = { sameAs: like.id, by: 'type' } as const
  const preview = await responder.api.previewHandling({ body: { choice, how: { as: 'in-depth' } } })
  const plans = Object.fromEntries(preview.items.map(({ alert, plan }) => [alert, plan?.id ?? '']))
  assert.deepEqual(new Set(preview.items.map(({ host }) => host.name)), new Set(['two', 'three']))
  const { task } = await responder.api.handleAlerts({ body: { choice, how: { as: 'in-depth', plans, watchSeconds } } })
  const { items } = await responder.api.listOrders({ query: { task: task ?? '' } })
  assert.deepEqual(new Set(items.map(({ state }) => state)), new Set(['waiting-approval']))
  const orders = items.map(({ id }) => id)
  await assert.rejects(responder.api.approveOrders({ body: { orders } }), /may not|not allowed|right/i)
  const { approved } = await approver.api.approvalRequest({ body: { orders } })
  const given = await approver.api.approveOrders({ body: { orders, approval: key.sign(approved) } })
  assert.deepEqual({ queued: new Set(given.queued), refused: given.refused }, { queued: new Set(orders), refused: [] })
  const ended = await endOfTask(responder, task ?? '', { members: [two, three] })
  assert.deepEqual(
    ended.map(one => `${one.host.name} ${one.state} ${one.reason ?? ''}`).filter(text => !/ done /.test(text)),
    [],
  )
  assert.deepEqual([...leftOn(two, kinsing), ...leftOn(three, [...kinsing, ...unnamed])], [])
  assert.deepEqual((await responder.api.listRuns({ query: { host: one.id } })).items.length, 1)
  await ownOrderStaysOwn(people, two)
}

/** Who has both rights is still one person. */
async function ownOrderStaysOwn({ admin }: People, two: Member): Promise<void> {
  await admin.api.updateSettings({ body: { secondApprover: { kinds: ['restore'], approvals: 1 } } })
  const { items } = await admin.api.listQuarantine({ query: { host: two.id } })
  const entry = items[0]?.id ?? ''
  const asked = await admin.api.restoreQuarantined({ params: { host: two.id, entry } })
  assert.equal(asked.state, 'waiting-approval')
  const answer = await admin.api.approveOrders({ body: { orders: [asked.order] } })
  assert.deepEqual([answer.approved, answer.refused.length], [[], 1])
  assert.match(answer.refused[0]?.reason ?? '', /own|somebody else|another person/)
  await admin.api.cancelTask({ params: { task: asked.task } })
  await admin.api.updateSettings({ body: { secondApprover: { kinds: [], approvals: 1 } } })
}

async function restore({ responder }: People, two: Member): Promise<void> {
  const { items } = await responder.api.listQuarantine({ query: { host: two.id } })
  assert.ok(items.some(({ path }) => path === '/etc/kinsing'))
  const copy = items.find(({ path }) => path === '/var/tmp/kdevtmpfsi')
  assert.ok(copy)
  const { order } = await responder.api.restoreQuarantined({ params: { host: two.id, entry: copy.id } })
  const ended = await endOfOrder(responder, order)
  assert.deepEqual([ended.state, ended.reason], ['done', undefined])
  assert.equal(hashOf(two.range.root, copy.path), copy.sha256)
  const left = await responder.api.listQuarantine({ query: { host: two.id } })
  assert.equal(
    left.items.some(({ id }) => id === copy.id),
    false,
  )
}

async function undo({ responder }: People, { one, two }: Members, run: string): Promise<void> {
  const { api } = responder
  const { order } = await api.undoRun({ params: { host: one.id, run }, body: {} })
  assert.equal((await endOfOrder(responder, order)).state, 'done')
  const files = kinsing.flatMap(({ items }) => items).filter(item => item.kind !== 'process')
  assert.deepEqual(files.filter(item => !isPresent(one.range, item)).map(nameOf), [])
  await openIncident(responder, one, /kinsing/)
  const runs = await api.listRuns({ query: { host: two.id } })
  const refused = await api.undoRun({ params: { host: two.id, run: runs.items[0]?.id ?? '' }, body: {} })
  const ended = await endOfOrder(responder, refused.order)
  assert.deepEqual([ended.state, ended.refusal], ['refused', 'local-policy'])
  assert.match(ended.reason ?? '', /orders\.accept/)
}

async function block({ responder }: People, member: Member): Promise<Date> {
  const alert = await openIncident(responder, member, /kinsing/)
  const { task, items } = await responder.api.handleAlerts({
    body: { choice: { alerts: [alert.id] }, how: { as: 'block', seconds: 60 } },
  })
  assert.deepEqual(items[0]?.addresses, [poolOfKinsing])
  const [order] = await endOfTask(responder, task ?? '')
  assert.deepEqual([order?.state, order?.reason], ['done', undefined])
  assert.match(await member.range.sh('nft list ruleset'), new RegExp(`${poolOfKinsing} timeout`))
  const { items: blocked } = await responder.api.listBlocked({ query: { host: member.id } })
  assert.deepEqual(
    blocked.map(({ address, way }) => [address, way]),
    [[poolOfKinsing, 'nftables']],
  )
  return new Date(blocked[0]?.expiresAt ?? 0)
}

async function unblocked({ responder }: People, member: Member, ends: Date): Promise<void> {
  const isBlocked = async () => (await member.range.sh('nft list ruleset')).includes(poolOfKinsing)
  await until('the firewall lets it through again', async () => !(await isBlocked()), { seconds: 90 })
  // It never ends before its time by more than the seconds that reports are rounded to.
  assert.ok(Date.now() > ends.getTime() - 5_000)
  const { items } = await responder.api.listBlocked({ query: { host: member.id } })
  assert.deepEqual(items, [])
  const handled = await responder.api.listAlerts({ query: { host: member.id, status: 'handled', about: 'incident' } })
  assert.deepEqual(
    handled.items.map(one => one.handledAs),
    ['block'],
  )
  const alerts = handled.items.map(one => one.id)
  await responder.api.handleAlerts({ body: { choice: { alerts }, how: { as: 'reopen' } } })
}

function planOf({ plans }: { readonly plans: readonly { readonly id: string; readonly handling: string }[] }): string {
  return plans.find(({ handling }) => handling === 'in-depth')?.id ?? ''
}

function notDone({ outcome }: { readonly outcome: string }): boolean {
  return outcome !== 'done' && outcome !== 'already-done'
}

function leftOn({ range }: Member, intruders: readonly Infection[]): string[] {
  return intruders
    .flatMap(({ items }) => items)
    .filter(item => isPresent(range, item))
    .map(nameOf)
}
