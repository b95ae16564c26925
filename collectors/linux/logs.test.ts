import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { authEvent, parseLogLine, zoneOffset } from './auth-log-line.ts'
import { layoutOf, parseLoginRecords } from './login-records.ts'
import { logs } from './logs.ts'
import { collected, surveyOf } from './survey-of.ts'

const written = Date.parse('2026-02-03T12:00:00Z')

test('a year is guessed from the time of the file', () => {
  const at = (line: string) => new Date(parseLogLine(line, written)?.atMs ?? 0).toISOString()
  assert.equal(at('Feb  3 11:00:00 h sshd[1]: x'), '2026-02-03T11:00:00.000Z')
  assert.equal(at('Dec 31 23:59:59 h sshd[1]: x'), '2025-12-31T23:59:59.000Z')
  assert.equal(at('2026-02-03T11:00:00.5+02:00 h sshd[1]: x'), '2026-02-03T09:00:00.500Z')
  assert.equal(zoneOffset(written + 2 * 3_600_000, written), -7_200_000)
  assert.equal(zoneOffset(written - 500_000, written), 0)
})

test('a name that imitates the rest of the line does not set the address', () => {
  const event = authEvent(
    'sshd',
    'Failed password for invalid user x from 10.0.0.1 port 22 ssh2 from 203.0.113.9 port 5 ssh2',
  )
  assert.equal(event?.address, '203.0.113.9')
})

test('bursts, log-ins and changes, rotated and compressed', async () => {
  const failedAt = (second: number, address: string) =>
    `Feb  3 10:00:${String(second).padStart(2, '0')} h sshd[5]: Failed password for root from ${address} port 9 ssh2`
  const burst = Array.from({ length: 19 }, (_, second) => failedAt(second, '203.0.113.9'))
  const current = [
    ...burst,
    'Feb  3 10:00:30 h sshd[5]: message repeated 5 times: [ Failed password for root from 203.0.113.9 port 9 ssh2]',
    failedAt(40, '198.51.100.1'),
    'Feb  3 10:01:00 h sshd[5]: Accepted password for root from 203.0.113.9 port 9 ssh2',
    'Feb  3 10:02:00 h sshd[5]: Accepted password for root from 203.0.113.9 port 9 ssh2',
    'Feb  3 10:03:00 h passwd[7]: pam_unix(passwd:chauthtok): password changed for root',
    'Feb  3 12:00:00 h CRON[7]: sshd was not meant',
  ]
  const old = 'Jan 30 08:00:00 h useradd[3]: new user: name=hilde, UID=1000\n'
  const files = {
    '/var/log/auth.log': { content: `${current.join('\n')}\n`, modified: '2026-02-03T12:00:00Z' },
    '/var/log/auth.log.2.gz': { content: gzipSync(old), modified: '2026-01-30T08:00:01Z' },
    '/var/log/auth.log.3.gz': { content: 'no gzip', modified: '2026-01-20T08:00:01Z' },
  }
  const survey = surveyOf(files)
  const facts = (await collected(logs, survey)).filter(fact => fact.kind === 'log-entry')
  assert.deepEqual(
    facts.map(({ event, at, until, count, user, address }) => [event, at, until, count, user, address]),
    [
      ['failed-login-burst', '2026-02-03T10:00:00.000Z', '2026-02-03T10:00:40.000Z', 25, 'root', undefined],
      ['failed-login-burst', '2026-02-03T10:00:00.000Z', '2026-02-03T10:00:30.000Z', 24, 'root', '203.0.113.9'],
      ['login', '2026-02-03T10:01:00.000Z', '2026-02-03T10:02:00.000Z', 2, 'root', '203.0.113.9'],
      ['account-created', '2026-01-30T08:00:00.000Z', undefined, 1, 'hilde', undefined],
      ['account-changed', '2026-02-03T10:03:00.000Z', undefined, 1, 'root', undefined],
    ],
  )
  assert.deepEqual(
    survey.target.gaps.map(({ path }) => path),
    ['/var/log/auth.log.3.gz'],
  )
})

test('journal files alone are a gap; btmp and wtmp then count', async () => {
  const record = (type: number, user: string, host: string, seconds: number): Buffer => {
    const bytes = Buffer.alloc(384)
    bytes.writeInt16LE(type, 0)
    bytes.write(user, 44)
    bytes.write(host, 76)
    bytes.writeUInt32LE(seconds, 340)
    return bytes
  }
  const survey = surveyOf({
    '/var/log/journal/x/system.journal': 'LPKSHHRH',
    '/var/log/btmp': Buffer.concat(
      Array.from({ length: 20 }, (_, at) => record(6, 'root', '203.0.113.9', 1_770_000_000 + at)),
    ),
    '/var/log/wtmp': record(7, 'root', '203.0.113.9', 1_770_000_100),
  })
  const facts = (await collected(logs, survey)).filter(fact => fact.kind === 'log-entry')
  assert.deepEqual(
    facts.map(({ event, count, address }) => [event, count, address]),
    [
      ['failed-login-burst', 20, undefined],
      ['failed-login-burst', 20, '203.0.113.9'],
      ['login', 1, '203.0.113.9'],
    ],
  )
  assert.deepEqual(
    survey.target.gaps.map(({ why }) => why),
    ['journal files are not read yet'],
  )
})

test('any line and any record', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 2000 }), (text, bytes) => {
      parseLogLine(text, written)
      authEvent('sshd', text)
      authEvent('sshd', `message repeated 9 times: [ message repeated 9 times: [ ${text}`)
      const layout = layoutOf(bytes.length)
      if (layout) parseLoginRecords(Buffer.from(bytes), layout)
    }),
  )
})
