import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type BootClock, HourLedger } from './hour-counts.ts'

const folderFor = (t: TestContext) => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-counts-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A clock that the test sets. */
class Clock implements BootClock {
  boot = 'first'
  seconds = 10_000
  time = Date.parse('2026-06-01T12:00:00Z')
  uptime = () => this.seconds
  wall = () => this.time
  pass(minutes: number): void {
    this.seconds += minutes * 60
    this.time += minutes * 60_000
  }
}

test('what was done counts for an hour, also after a restart and for the other processes', t => {
  const [folder, clock] = [folderFor(t), new Clock()]
  const agent = new HourLedger(folder, 'agent', clock)
  new HourLedger(folder, 'guard', clock).add('kills', 3)
  agent.add('blocks')
  agent.add('kills')
  const expected = { kills: 4, blocks: 1, disarms: 0, quarantines: 0, cleans: 0 }
  assert.deepEqual(agent.counts(), expected)
  clock.pass(59)
  assert.deepEqual(new HourLedger(folder, 'incident', clock).counts(), expected)
  clock.pass(3)
  assert.equal(agent.counts().kills, 0)
  assert.equal(new HourLedger(folder, 'agent', clock).counts().kills, 0)
})

for (const [what, hours] of [
  ['back', -1_000],
  ['forward', 1_000],
] as const)
  test(`a clock that is set ${what} neither ends the hour nor makes it longer`, t => {
    const [folder, clock] = [folderFor(t), new Clock()]
    const ledger = new HourLedger(folder, 'agent', clock)
    ledger.add('kills', 60)
    clock.time += hours * 3_600_000
    clock.pass(30)
    assert.equal(ledger.counts().kills, 60)
    assert.equal(new HourLedger(folder, 'agent', clock).counts().kills, 60)
    clock.pass(31)
    assert.equal(new HourLedger(folder, 'agent', clock).counts().kills, 0)
  })

for (const [what, jumpHours, after] of [
  ['and the clock goes on', 0, 60],
  ['and the clock is a year behind', -8_760, 60],
  ['and the clock is a year ahead', 8_760, 0],
] as const)
  test(`after a boot ${what}`, t => {
    const [folder, clock] = [folderFor(t), new Clock()]
    new HourLedger(folder, 'agent', clock).add('kills', 60)
    clock.pass(10)
    Object.assign(clock, { boot: 'second', seconds: 20, time: clock.time + jumpHours * 3_600_000 })
    assert.equal(new HourLedger(folder, 'agent', clock).counts().kills, after)
    clock.pass(62)
    assert.equal(new HourLedger(folder, 'agent', clock).counts().kills, 0, 'not for ever')
  })

test('a file of something else counts nothing, and stays small', t => {
  const [folder, clock] = [folderFor(t), new Clock()]
  writeFileSync(join(folder, 'response-guard.json'), '{"minutes":{"kills":[[1,"x"],[null],7]},"uptime":1,"wall":2}')
  writeFileSync(join(folder, 'response-incident.json'), 'cut of')
  const ledger = new HourLedger(folder, 'agent', clock)
  for (let minute = 0; minute < 300; minute += 1) {
    ledger.add('blocks')
    clock.pass(1)
  }
  assert.deepEqual(ledger.counts(), { kills: 0, blocks: 60, disarms: 0, quarantines: 0, cleans: 0 })
  assert.deepEqual(readdirSync(folder).toSorted(), [
    'response-agent.json',
    'response-guard.json',
    'response-incident.json',
  ])
})
