import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { BlockWanted } from '../../engine/brute-force.ts'
import type { LoginEvent, Response } from '../../model/index.ts'
import { responseConfig } from '../../model/wire/index.ts'
import { BruteForceBlocks } from './brute-force-blocks.ts'

const gateway = '203.0.113.1'

/** As `agent/response` says it. */
function sentence(wanted: readonly BlockWanted[]): string {
  return `${wanted.map(({ address }) => `block ${address} for 30 minutes`).join('; ')}.`
}

function blocking(t: TestContext, given: object = {}) {
  const own = mkdtempSync(join(tmpdir(), 'davylamp-brute-force-'))
  t.after(() => rmSync(own, { recursive: true }))
  const asked: string[] = []
  const state = { nowMs: Date.parse('2026-02-03T12:00:00Z'), outcome: 'done' as Response['outcome'] }
  const open = () =>
    new BruteForceBlocks({
      own,
      config: () => responseConfig.parse(given),
      block: async (wanted: readonly BlockWanted[]) => {
        asked.push(...wanted.map(({ address, seconds }) => `${address} ${seconds}`))
        const response = { kind: 'block-address' as const, at: new Date(state.nowMs).toISOString() }
        const [refused, others] = [true, false].map(one =>
          wanted.filter(({ address }) => (address === gateway) === one),
        )
        return [
          ...(others?.length ? [{ ...response, outcome: state.outcome, detail: sentence(others) }] : []),
          ...(refused?.length ? [{ ...response, outcome: 'failed' as const, detail: sentence(refused) }] : []),
        ]
      },
      log: () => {},
      now: () => state.nowMs,
    })
  const failures = (address: string, count = 10): LoginEvent[] =>
    Array.from({ length: count }, () => ({
      kind: 'login' as const,
      at: new Date(state.nowMs).toISOString(),
      succeeded: false,
      service: 'sshd',
      account: 'root',
      address,
    }))
  return { own, state, open, failures, told: () => asked.splice(0) }
}

test('ten failures are blocked once, and longer when they come back, over a restart too', async t => {
  const { state, open, failures, told } = blocking(t)
  const first = open()
  first.note(failures('203.0.113.9'))
  await first.tick()
  assert.deepEqual(told(), ['203.0.113.9 1800'])
  assert.equal(first.active, 1)
  state.nowMs += 3000
  first.note(failures('203.0.113.9'))
  await first.tick()
  assert.deepEqual(told(), [])
  await first.close()
  state.nowMs += 3_600_000
  const next = open()
  assert.equal(next.active, 0)
  next.note(failures('203.0.113.9'))
  await next.tick()
  assert.deepEqual(told(), ['203.0.113.9 7200'])
})

for (const outcome of ['would', 'refused', 'failed'] as const)
  test(`an address about which nothing was done (${outcome}) rests, and was not blocked`, async t => {
    const { state, open, failures, told } = blocking(t)
    state.outcome = outcome
    const blocks = open()
    blocks.note(failures('203.0.113.9'))
    await blocks.tick()
    assert.deepEqual([told(), blocks.active], [['203.0.113.9 1800'], 0])
    for (let times = 0; times < 5; times++) {
      state.nowMs += 60_000
      blocks.note(failures('203.0.113.9'))
      await blocks.tick()
    }
    assert.deepEqual(told(), [])
    state.nowMs += 360_000
    state.outcome = 'done'
    blocks.note(failures('203.0.113.9'))
    await blocks.tick()
    assert.deepEqual([told(), blocks.active], [['203.0.113.9 1800'], 1])
  })

test('one is refused, and the others are blocked', async t => {
  const { state, open, failures, told } = blocking(t)
  const blocks = open()
  const all = [gateway, '203.0.113.10', '2001:db8::1']
  for (let times = 0; times < 2; times++) {
    blocks.note(all.flatMap(address => failures(address)))
    await blocks.tick()
    assert.deepEqual(told().sort(), times === 0 ? ['2001:db8::1 1800', '203.0.113.1 1800', '203.0.113.10 1800'] : [])
    assert.equal(blocks.active, 2)
    state.nowMs += 3000
  }
})

test('nobody is blocked where the owner does not want it, and never whom the owner listed', async t => {
  const off = blocking(t, { bruteForce: { block: false } })
  const blocks = off.open()
  blocks.note(off.failures('203.0.113.9', 100))
  await blocks.tick()
  assert.deepEqual(off.told(), [])
  const listed = blocking(t, { neverBlock: ['203.0.113.0/24'] })
  const others = listed.open()
  others.note([...listed.failures('203.0.113.9', 100), ...listed.failures('198.51.100.1')])
  await others.tick()
  assert.deepEqual(listed.told(), ['198.51.100.1 1800'])
})

for (const text of ['', '{"logins":[{"address":1}],"blocks":[{}]}', '{"logins":{},"blocks":null}', '[]'])
  test(`a file of its own that holds ${text || 'nothing'}`, async t => {
    const { own, open, failures, told } = blocking(t)
    writeFileSync(join(own, 'logins.json'), text)
    const blocks = open()
    blocks.note(failures('203.0.113.9'))
    await blocks.tick()
    assert.deepEqual(told(), ['203.0.113.9 1800'])
  })
