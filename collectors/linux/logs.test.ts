import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { journalForms, machineId, readJournal, trimmedJournal } from '../../target/journal/testing/read-journal.ts'
import type { Survey } from '../collector.ts'
import { logs } from './logs.ts'
import { collected, surveyOf } from './survey-of.ts'

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

const tries = Array.from({ length: 20 }, (_, at) => record(6, 'root', '203.0.113.9', 1_770_000_000 + at))

test('btmp and wtmp count where there is no other log; a journal that is none is a gap', async () => {
  const survey = surveyOf({
    [`/var/log/journal/${machineId}/system.journal`]: 'LPKSHHRH',
    '/var/log/btmp': Buffer.concat(tries),
    '/var/log/wtmp': record(7, 'root', '203.0.113.9', 1_770_000_100),
  })
  assert.deepEqual(await brief(survey), [
    ['failed-login-burst', 20, undefined, '/var/log/btmp'],
    ['failed-login-burst', 20, '203.0.113.9', '/var/log/btmp'],
    ['login', 1, '203.0.113.9', '/var/log/wtmp'],
  ])
  assert.deepEqual(
    survey.target.gaps.map(({ why }) => why),
    ['no journal file, or of a format that is not known'],
  )
})

for (const form of journalForms)
  test(`the journal, where text logs are missing or empty: ${form}`, async () => {
    const journal = `/var/log/journal/${machineId}/system.journal`
    for (const more of [{}, { '/var/log/auth.log': '' }]) {
      const survey = surveyOf({
        '/etc/machine-id': `${machineId}\n`,
        [journal]: readJournal(form),
        [`/var/log/journal/${'1'.repeat(32)}/system.journal`]: readJournal(form),
        '/var/log/btmp': Buffer.concat(tries),
        ...more,
      })
      assert.deepEqual(await brief(survey), [
        ['failed-login-burst', 137, undefined, journal],
        ['login', 1, '203.0.113.6', journal],
        ['login', 1, '203.0.113.0', journal],
        ['login', 1, '203.0.113.1', journal],
      ])
      assert.deepEqual(survey.target.gaps, [])
    }
  })

test('a damaged journal tells what can be read, and that it is damaged', async () => {
  const content = trimmedJournal('compact-keyed-zstd')
  const survey = surveyOf({
    [`/run/log/journal/${machineId}/system@1.journal`]: content.subarray(0, content.length - 100_000),
  })
  const [all] = await brief(survey)
  assert.equal(all?.[0], 'failed-login-burst')
  assert.match(survey.target.gaps[0]?.why ?? '', /^damaged: /)
})

function record(type: number, user: string, host: string, seconds: number): Buffer {
  const bytes = Buffer.alloc(384)
  bytes.writeInt16LE(type, 0)
  bytes.write(user, 44)
  bytes.write(host, 76)
  bytes.writeUInt32LE(seconds, 340)
  return bytes
}

async function brief(survey: Survey) {
  const facts = (await collected(logs, survey)).filter(fact => fact.kind === 'log-entry')
  return facts.map(({ event, count, address, path }) => [event, count, address, path])
}
