import assert from 'node:assert/strict'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type LoginEvent, loginEvent } from '../../model/index.ts'
import { machineId as machine, readJournal, youngerJournal } from '../../target/journal/testing/read-journal.ts'
import { startLoginSensor } from './login-sensor.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function watching(t: TestContext, before: (folder: string) => void = () => {}, everyMs = 60_000) {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-logins-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'journal', machine), { recursive: true })
  before(folder)
  const events: LoginEvent[] = []
  const sensor = startLoginSensor({
    everyMs,
    places: {
      texts: [join(folder, 'auth.log'), join(folder, 'secure')],
      records: [join(folder, 'btmp'), join(folder, 'wtmp')],
      journals: [join(folder, 'journal')],
      machineId: join(folder, 'machine-id'),
      journald: join(folder, 'journald'),
    },
    onEvents: some => void events.push(...some),
  })
  t.after(() => sensor.close())
  const told = () => {
    sensor.look()
    for (const one of events) loginEvent.parse(one)
    return events
      .splice(0)
      .map(({ succeeded, account, address }) => `${succeeded ? 'yes' : 'no'} ${account} ${address}`)
  }
  return { folder, sensor, told, events, log: join(folder, 'auth.log') }
}

/** As rsyslog writes them: without a year and a zone. */
function line(account: string, port: number, atMs = Date.now()): string {
  const at = new Date(atMs)
  const clock = at.toTimeString().slice(0, 8)
  const day = String(at.getDate()).padStart(2, ' ')
  return `${months[at.getMonth()]} ${day} ${clock} host sshd[7]: Failed password for ${account} from 203.0.113.9 port ${port} ssh2\n`
}

function exactLine(account: string, port: number, atMs = Date.now()): string {
  return `${new Date(atMs).toISOString()} host sshd-session[7]: Accepted password for ${account} from 2001:db8::1 port ${port} ssh2\n`
}

function record(type: number, account: string, address: readonly number[], atMs = Date.now()): Buffer {
  const wide = process.arch === 'arm64' || process.arch === 'riscv64'
  const bytes = Buffer.alloc(wide ? 400 : 384)
  bytes.writeInt16LE(type, 0)
  bytes.write('ssh:notty', 8)
  bytes.write(account, 44)
  const seconds = Math.floor(atMs / 1000)
  if (wide) bytes.writeBigInt64LE(BigInt(seconds), 344)
  else bytes.writeUInt32LE(seconds, 340)
  bytes.set(address, wide ? 360 : 348)
  return bytes
}

test('lines are told within a second, by themselves; what was there before is history', async t => {
  const { events, log, sensor } = watching(t, folder => writeFileSync(join(folder, 'auth.log'), line('old', 1)), 200)
  const begun = performance.now()
  appendFileSync(log, `${line('root', 2)}${exactLine('anna', 3)}`)
  while (events.length < 2 && performance.now() - begun < 5000) await new Promise(resolve => setTimeout(resolve, 10))
  assert.ok(performance.now() - begun < 1000, `${performance.now() - begun} ms`)
  assert.deepEqual(
    events.map(({ service, account, address, port, method, known }) => [
      service,
      account,
      address,
      port,
      method,
      known,
    ]),
    [
      ['sshd', 'root', '203.0.113.9', 2, 'password', true],
      ['sshd', 'anna', '2001:db8::1', 3, 'password', true],
    ],
  )
  for (const { at } of events) assert.ok(Math.abs(Date.parse(at) - Date.now()) < 5000, at)
  assert.deepEqual([sensor.status().source, sensor.status().events, sensor.status().lost], ['auth.log', 2, 0])
})

test('a line in pieces, and one that never ends', t => {
  const { told, log } = watching(t, folder => writeFileSync(join(folder, 'auth.log'), ''))
  const whole = line('root', 2)
  appendFileSync(log, whole.slice(0, 40))
  assert.deepEqual(told(), [])
  appendFileSync(log, whole.slice(40))
  assert.deepEqual(told(), ['no root 203.0.113.9'])
  for (let times = 0; times < 3; times++) {
    appendFileSync(log, 'sshd'.repeat(100_000))
    assert.deepEqual(told(), [])
  }
  appendFileSync(log, `\n${line('root', 3)}`)
  assert.deepEqual(told(), ['no root 203.0.113.9'])
})

test('moved and made anew: what is written to either is told', t => {
  const { told, log } = watching(t, folder => writeFileSync(join(folder, 'auth.log'), line('old', 1)))
  appendFileSync(log, line('a', 2))
  renameSync(log, `${log}.1`)
  appendFileSync(`${log}.1`, line('b', 3))
  assert.deepEqual(told(), ['no a 203.0.113.9', 'no b 203.0.113.9'])
  writeFileSync(log, line('c', 4))
  appendFileSync(`${log}.1`, line('d', 5))
  assert.deepEqual(told(), ['no d 203.0.113.9', 'no c 203.0.113.9'])
  appendFileSync(log, line('e', 6))
  assert.deepEqual(told(), ['no e 203.0.113.9'])
})

test('copied and cut: nothing between the two is lost', t => {
  const { told, log, sensor } = watching(t, folder =>
    writeFileSync(join(folder, 'auth.log'), line('old', 1).repeat(50)),
  )
  appendFileSync(log, line('a', 2))
  assert.deepEqual(told(), ['no a 203.0.113.9'])
  appendFileSync(log, line('b', 3))
  copyFileSync(log, `${log}.1`)
  truncateSync(log, 0)
  appendFileSync(log, line('c', 4))
  assert.deepEqual(told(), ['no b 203.0.113.9', 'no c 203.0.113.9'])
  assert.equal(sensor.status().lost, 0)
  truncateSync(log, 0)
  // It is longer than before when it is looked at again.
  appendFileSync(log, line('d', 5).repeat(2) + line('padded', 6).repeat(100))
  assert.equal(told().length, 102)
  assert.equal(sensor.status().lost, 1)
})

test('a log that was edited, or filled with history, tells no history', t => {
  const hourAgo = Date.now() - 3_600_000
  const { told, log } = watching(t, folder =>
    writeFileSync(join(folder, 'auth.log'), line('old', 1, hourAgo - 500_000)),
  )
  appendFileSync(log, line('a', 2))
  assert.deepEqual(told(), ['no a 203.0.113.9'])
  writeFileSync(
    `${log}.new`,
    line('old', 1, hourAgo - 400_000).repeat(30) + exactLine('old', 2, hourAgo) + line('b', 3),
  )
  renameSync(`${log}.new`, log)
  assert.deepEqual(told(), ['no b 203.0.113.9'])
  writeFileSync(log, line('old', 1, hourAgo - 400_000))
  assert.deepEqual(told(), [])
})

test('a log that goes and comes', t => {
  const { told, log, sensor, folder } = watching(t)
  assert.deepEqual(told(), [])
  assert.equal(sensor.status().source, 'off')
  assert.match(sensor.status().problem ?? '', /no log/)
  writeFileSync(log, line('a', 2))
  assert.deepEqual(told(), ['no a 203.0.113.9'])
  unlinkSync(log)
  assert.deepEqual(told(), [])
  writeFileSync(join(folder, 'secure'), exactLine('b', 3))
  mkdirSync(log)
  assert.deepEqual(told(), ['yes b 2001:db8::1'])
  assert.equal(sensor.status().source, 'secure')
})

test('what anybody may write into a text is not believed while journald tells who wrote', t => {
  const { told, log, folder, sensor } = watching(t, at => {
    writeFileSync(join(at, 'auth.log'), '')
    writeFileSync(join(at, 'btmp'), '')
    writeFileSync(join(at, 'machine-id'), `${machine}\n`)
    writeFileSync(
      join(at, 'journal', machine, 'system.journal'),
      youngerJournal(readJournal('compact-keyed-zstd'), 20, at => at),
    )
  })
  // A journal that nobody writes any more, as another system left it: the text is all there is.
  appendFileSync(log, line('a', 2))
  assert.deepEqual(told(), ['no a 203.0.113.9'])
  writeFileSync(join(folder, 'journald'), '')
  appendFileSync(log, line('forged', 3).repeat(30))
  appendFileSync(join(folder, 'btmp'), record(6, 'root', [198, 51, 100, 1]))
  assert.deepEqual(told(), ['no root 198.51.100.1'])
  assert.equal(sensor.status().source, 'journal, btmp')
  // What was written meanwhile is not told afterwards.
  unlinkSync(join(folder, 'journald'))
  appendFileSync(log, line('b', 4))
  assert.deepEqual(told(), ['no b 203.0.113.9'])
})

test('records of btmp and wtmp; each log-in once, whatever logs have it', t => {
  const { told, log, folder } = watching(t, at => {
    writeFileSync(join(at, 'btmp'), record(6, 'old', [203, 0, 113, 9]))
    writeFileSync(join(at, 'wtmp'), '')
    writeFileSync(join(at, 'auth.log'), '')
  })
  appendFileSync(join(folder, 'btmp'), record(6, 'root', [203, 0, 113, 9]))
  appendFileSync(log, line('root', 2))
  assert.deepEqual(told(), ['no root 203.0.113.9'])
  appendFileSync(join(folder, 'btmp'), Buffer.concat([record(6, 'x', [198, 51, 100, 1]), record(6, 'local', [])]))
  const torn = record(7, 'anna', [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  appendFileSync(join(folder, 'wtmp'), torn.subarray(0, 100))
  assert.deepEqual(told(), ['no x 198.51.100.1'])
  appendFileSync(join(folder, 'wtmp'), torn.subarray(100))
  appendFileSync(log, exactLine('anna', 3))
  assert.deepEqual(told(), ['yes anna 2001:db8::1'])
  assert.equal(dirname(log), folder)
})
