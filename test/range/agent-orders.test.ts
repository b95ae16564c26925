import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { approveOrders, createOrders, orderDigest } from '../../center/orders/index.ts'
import { canonicalJson } from '../../engine/index.ts'
import { infections } from '../../hosts/index.ts'
import type { OrderAction } from '../../model/wire/index.ts'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { makePackage } from '../../tools/make-package.ts'
import { AgentLab, agentJournal, serviceState, until, writeAgentConfig } from './agent-lab.ts'
import { startPool } from './infected-host.ts'
import { labAddress } from './lab.ts'
import { infect } from './plant.ts'
import type { Range } from './range.ts'

const missing = process.getuid?.() === 0 ? false : 'needs root'
inNamespaces(import.meta.url, missing, 1_400)

const alice = generateKeyPairSync('ed25519')
const aliceKey = alice.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')

test('orders on a real system: what is done is there, what is refused says why', { skip: !inside }, async t => {
  const packages = mkdtempSync(join(tmpdir(), 'davylamp-packages-'))
  t.after(() => rmSync(packages, { recursive: true, force: true }))
  makePackage(resolve(import.meta.dirname, '../..'), packages)
  const lab = await AgentLab.open({ packages })
  t.after(() => lab.close())
  const range = await lab.lab.host('one')
  await startPool(range)
  const { program, agent } = await lab.join(range, policy())
  await range.sh(`${program} agent install`)
  const host = await lab.host(agent)
  await infect(
    range,
    infections.filter(one => one.family === 'kinsing'),
  )
  const carriedOut = (action: OrderAction, seconds = 240) => lab.carriedOut(host, action, range, seconds)
  const scanned = await carriedOut({ kind: 'scan', mode: 'quick' })
  assert.equal(scanned.state, 'done', scanned.reason ?? '')
  const incident = await confirmedIncident(lab, host, range)
  const [address] = incident.addresses
  assert.ok(address !== undefined, JSON.stringify(incident))
  const block: OrderAction = { kind: 'block', addresses: [address], seconds: 3_600, incident: incident.id }

  await t.test('an address of an incident is blocked in nftables, and let through again', async () => {
    assert.equal((await carriedOut(block)).state, 'done')
    assert.match(await range.sh('nft list ruleset'), new RegExp(`${address}.* expires `))
    assert.equal((await carriedOut({ kind: 'unblock', addresses: [address] })).state, 'done')
    assert.doesNotMatch(await range.sh('nft list ruleset'), new RegExp(address))
  })

  await t.test('an address of nobody needs a signature, and gets blocked with one', async () => {
    const foreign: OrderAction = { kind: 'block', addresses: ['203.0.113.9'], seconds: 3_600 }
    const refused = await carriedOut(foreign)
    assert.deepEqual([refused.state, refused.refusal], ['refused', 'needs-approval'])
    assert.match(refused.reason ?? '', /not every address belongs to an incident .*Approvers here: alice\./)
    const signed = await approved(lab, { host, agent, action: foreign }, range)
    assert.equal(signed.state, 'done', signed.reason ?? '')
    assert.match(await range.sh('nft list ruleset'), /203\.0\.113\.9/)
  })

  await t.test('nobody cuts a host off from its center or itself, signed or not', async () => {
    const own = lab.lab.addressOf(range)
    const signed = await approved(
      lab,
      { host, agent, action: { kind: 'block', addresses: [labAddress, own], seconds: 3_600 } },
      range,
    )
    assert.deepEqual([signed.state, signed.refusal], ['refused', 'protected'])
    assert.match(signed.reason ?? '', /10\.77\.0\.1 is the center; 10\.77\.0\.11 is an address of this host/)
    assert.doesNotMatch(await range.sh('nft list ruleset'), /10\.77\.0\./)
  })

  const clean: OrderAction = { kind: 'clean', incident: incident.id, handling: 'in-depth', watchSeconds: 5 }

  for (const [what, orders, refusal, reason] of [
    [
      'at another time of day',
      `between: ${anotherTime()}`,
      'local-policy',
      /takes orders between .* only \(orders\.between\)/,
    ],
    ['of too many actions', 'mostActions: 1', 'local-policy', /one order may carry out 1 \(orders\.mostActions/],
    ['where nothing may be touched', 'neverTouch: [/etc]', 'protected', /nothing below \/etc may be touched/],
    [
      'without a signature that the host wants',
      'needApproval: [clean]',
      'needs-approval',
      /wants an approver's signature for every clean/,
    ],
    [
      'of a kind that is not taken',
      'accept: [scan]',
      'local-policy',
      /takes no orders of kind clean \(orders\.accept\)/,
    ],
  ] as const)
    await t.test(`a clean-up ${what} is refused and changes nothing`, async () => {
      await takeOver(range, policy(orders))
      const before = await range.sh('ls /var/lib/davylamp/runs')
      const refused = await carriedOut(clean)
      assert.deepEqual([refused.state, refused.refusal], ['refused', refusal], `${refused.reason}`)
      assert.match(refused.reason ?? '', reason)
      assert.equal(await range.sh('ls /var/lib/davylamp/runs'), before)
      assert.ok(range.processes().some(one => one.exe === '/tmp/kdevtmpfsi'))
    })

  await t.test('a clean-up goes on to its end although the service is restarted meanwhile', async () => {
    await takeOver(range, policy())
    const order = await lab.order(host, clean)
    await until('the run begins', 240, range, async () => {
      const row = await lab.orderRow(order)
      assert.ok(['queued', 'sent', 'accepted', 'running'].includes(row.state), JSON.stringify(row))
      return (await journalsOf(range, order)) > 0 ? true : undefined
    })
    const { MainPID: before } = await serviceState(range, 'MainPID')
    await range.sh('systemctl restart davylamp-agent', { timeoutMs: 200_000 })
    assert.notEqual((await serviceState(range, 'MainPID')).MainPID, before)
    const row = await until('the clean-up ends', 300, range, async () => {
      const one = await lab.orderRow(order)
      return ['queued', 'sent', 'accepted', 'running'].includes(one.state) ? undefined : one
    })
    assert.equal(row.state, 'done', `${row.reason} ${await agentJournal(range)}`)
    const journal = await agentJournal(range)
    // It is waited for; where that takes too long, it is ended with the service and goes on at the next start.
    t.diagnostic(
      /Killing process/.test(journal) ? 'the clean-up was cut off and resumed' : 'the clean-up was waited for',
    )
    assert.equal(await journalsOf(range, order), 1)
    assert.deepEqual(
      range.processes().filter(one => /kinsing|kdevtmpfsi/.test(one.exe)),
      [],
    )
  })
  await t.test('after a reboot nothing is back, and the later look that is due says so to the center', async () => {
    await range.sh('systemctl stop davylamp-agent')
    const path = join(range.root, 'var/lib/davylamp/agent/later-looks.json')
    const kept = JSON.parse(readFileSync(path, 'utf8')) as { looks: { run: string; when: string; at?: string }[] }
    const looks = kept.looks.map(one => one.when)
    assert.deepEqual(looks, ['after 1 hour', 'after 24 hours', 'after 8 days', 'after the next boot'])
    const [first] = kept.looks
    assert.ok(first !== undefined)
    // An hour goes by.
    kept.looks[0] = { ...first, at: new Date(Date.now() - 1_000).toISOString() }
    writeFileSync(path, JSON.stringify(kept))
    const proven = () => provenAt(lab, host, first.run)
    const before = await proven()
    assert.ok(before !== undefined)
    await lab.lab.reboot(range, 'power-cut')
    await until('a further proof', 300, range, async () => ((await proven()) === before ? undefined : true))
    assert.deepEqual(
      range.processes().filter(one => /kinsing|kdevtmpfsi/.test(one.exe)),
      [],
    )
  })
})

function policy(orders = ''): string {
  const approvers = `  approvers:\n    - { name: alice, kind: ed25519, key: ${aliceKey} }\n`
  return `center: https://${labAddress}:8444\norders:\n${approvers}${orders === '' ? '' : `  ${orders}\n`}`
}

/** An hour of this day that is over or yet to come, by the host's clock. */
function anotherTime(): string {
  const hour = (new Date().getUTCHours() + 12) % 24
  const text = (of: number) => `"${String(of).padStart(2, '0')}:00"`
  return `{ from: ${text(hour)}, to: ${text((hour + 1) % 24)} }`
}

async function takeOver(range: Range, config: string): Promise<void> {
  await writeAgentConfig(range, config)
  const readings = async () => (await agentJournal(range)).match(/agent\.yml was read again/g)?.length ?? 0
  const before = await readings()
  await range.sh('systemctl reload davylamp-agent')
  await until('agent.yml is read again', 30, range, async () => ((await readings()) > before ? true : undefined))
}

/** The one incident that both know: the center from a report, the host for its judgement of orders. */
async function confirmedIncident(lab: AgentLab, host: string, range: Range) {
  const { tenant, store } = lab.center
  const { id } = await store.tenant(tenant, db =>
    db
      .selectFrom('alert_key')
      .innerJoin('alert', join =>
        join.onRef('alert.tenant_id', '=', 'alert_key.tenant_id').onRef('alert.alert_id', '=', 'alert_key.alert_id'),
      )
      .select('alert_key.origin as id')
      .where('alert_key.host_id', '=', host)
      .where('alert_key.about', '=', 'incident')
      .where('alert.verdict', '=', 'confirmed')
      .executeTakeFirstOrThrow(),
  )
  const known = JSON.parse(await range.sh('cat /var/lib/davylamp/agent/known.json')) as {
    incidents: { id: string; addresses: string[] }[]
  }
  const found = known.incidents.find(one => one.id === id)
  if (found === undefined) throw new Error(`the host does not know incident ${id}`)
  return found
}

/** How many runs of the host belong to an order. */
async function journalsOf(range: Range, order: string): Promise<number> {
  const found = await range.exec(['/bin/sh', '-c', `grep -ls 'order ${order}' /var/lib/davylamp/runs/*/journal.jsonl`])
  return found.stdout.split('\n').filter(line => line !== '').length
}

/** An order that an approver signed, as the center keeps it after the signature was checked there. */
async function approved(
  lab: AgentLab,
  { host, agent, action }: { host: string; agent: string; action: OrderAction },
  range: Range,
) {
  const { center, store, tenant } = lab.center
  const body = {
    format: 'davylamp-approval' as const,
    version: 1 as const,
    digests: [orderDigest(agent, action)],
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
  }
  const signature = sign(null, Buffer.from(canonicalJson(body)), alice.privateKey).toString('base64')
  const document = { approved: body, approver: 'alice', proof: { kind: 'ed25519', signature } }
  const id = await store.tenant(tenant, async db => {
    const orders = [{ host, action, approvals: 1 as const }]
    const made = await createOrders(db, center, { tenant, title: 'Test', by: 'test', orders })
    const order = made.orders[0]?.order ?? ''
    const result = await approveOrders(db, center, { tenant, name: 'alice' }, [order])
    assert.deepEqual(result.queued, [order], JSON.stringify(result))
    await db
      .updateTable('order_approval')
      .set({ document: JSON.stringify(document) })
      .where('order_id', '=', order)
      .execute()
    return order
  })
  return lab.ended(id, range, 120)
}

/** When the run was last proven, as the center has it. */
async function provenAt(lab: AgentLab, host: string, run: string): Promise<string | undefined> {
  const { tenant, store } = lab.center
  const { body, proof_result: result } = await store.tenant(tenant, db =>
    db.selectFrom('run').selectAll().where('host_id', '=', host).where('run_id', '=', run).executeTakeFirstOrThrow(),
  )
  assert.equal(result, 'clean')
  return (body as { proof?: { at: string } }).proof?.at
}
