import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AccountFact } from '../../model/index.ts'
import { parseGroups, parsePasswd, parseShadow } from './account-files.ts'
import { accounts } from './accounts.ts'
import { collected, surveyOf } from './survey-of.ts'

async function seen(files: Record<string, string | object>): Promise<AccountFact[]> {
  const facts = await collected(accounts, surveyOf(files as Record<string, string>))
  return facts.filter(fact => fact.kind === 'account')
}

const passwd = [
  'root:x:0:0:root:/root:/bin/bash',
  'daemon:x:1:1::/usr/sbin:/usr/sbin/nologin',
  'news:x:9:9:news:/var/spool/news:/usr/sbin/nologin ',
  'shaojiang99:x:0:0::/home/s:/bin/bash',
  'hilde:x:1000:1000::/tmp/.h:/bin/bash',
  'hilde:x:1000:1000::/tmp/.h:/bin/bash',
  '+::::::',
  'rubbish',
  'empty:x:1001:1001::/home/e:/bin/sh',
].join('\n')

test('accounts joined with shadow, groups, sudoers, logs', async () => {
  const facts = await seen({
    '/etc/passwd': { content: passwd, attributes: ['immutable'] },
    '/etc/shadow':
      'root:$6$x$y:20000:0:99999:7:::\ndaemon:*:19000::::::\nhilde:$1$a$b:20400:\nhilde:$1$a$b:20400:\nempty::1:\nnews:!:1:\n',
    '/etc/group': 'sudo:x:27:hilde\nhilde:x:1000:\n',
    '/etc/sudoers': 'root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL) NOPASSWD: ALL\n',
    '/home/e/x': '',
    '/home/e': { type: 'directory', created: '2026-01-05T00:00:00Z' },
    '/var/log/auth.log': {
      content:
        '2026-01-05T10:00:00.000+00:00 h useradd[9]: new user: name=hilde, UID=1000, GID=1000, home=/tmp/.h\n2026-01-06T10:00:00.000+00:00 h sshd[9]: Accepted password for hilde from 203.0.113.9 port 4 ssh2\n',
    },
  })
  assert.deepEqual(
    facts.map(({ name, line, password, loginShell, administrator, oddities }) => [
      name,
      line,
      password,
      loginShell,
      administrator,
      oddities,
    ]),
    [
      ['root', 1, 'set', true, true, []],
      ['daemon', 2, 'locked', false, false, []],
      ['news', 3, 'locked', true, false, ['trailing-space', 'deceptive-name']],
      ['shaojiang99', 4, 'none', true, true, ['duplicate-uid', 'uid-0-twin', 'no-shadow']],
      ['hilde', 5, 'set', true, true, ['duplicate-shadow', 'home-in-tmp', 'hidden-home']],
      ['hilde', 6, 'set', true, true, ['duplicate-name', 'duplicate-shadow', 'home-in-tmp', 'hidden-home']],
      ['empty', 9, 'empty', true, false, []],
    ],
  )
  assert.deepEqual(facts[4], {
    kind: 'account',
    name: 'hilde',
    path: '/etc/passwd',
    line: 5,
    text: 'hilde:x:1000:1000::/tmp/.h:/bin/bash',
    uid: 1000,
    gid: 1000,
    home: '/tmp/.h',
    shell: '/bin/bash',
    comment: '',
    system: false,
    loginShell: true,
    password: 'set',
    passwordChanged: '2025-11-08T00:00:00.000Z',
    groups: ['sudo', 'hilde'],
    administrator: true,
    sudoRules: ['%sudo ALL=(ALL) NOPASSWD: ALL'],
    createdAt: '2026-01-05T10:00:00.000Z',
    lastActive: '2026-01-06T10:00:00.000Z',
    oddities: ['duplicate-shadow', 'home-in-tmp', 'hidden-home'],
    keys: 0,
    attributes: ['immutable'],
  })
  assert.equal(facts.at(-1)?.homeCreatedAt, '2026-01-05T00:00:00.000Z')
})

test('a shadow that may not be read is unknown, not empty', async () => {
  const [root] = await seen({
    '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
    '/etc/shadow': { content: '', unreadable: true },
  })
  assert.equal(root?.password, 'unknown')
})

test('any passwd, shadow and group', async () => {
  const text = fc.array(fc.string({ unit: 'binary' })).map(lines => lines.join(':'))
  await fc.assert(
    fc.asyncProperty(text, text, text, async (passwd, shadow, group) => {
      parsePasswd(passwd)
      parseShadow(shadow)
      parseGroups(group)
      await seen({
        '/etc/passwd': `${passwd}\na:x:1:1::/:\n`,
        '/etc/shadow': shadow,
        '/etc/group': group,
        '/etc/sudoers': passwd,
      })
    }),
    { numRuns: 60 },
  )
})

test('a hundred thousand lines come to an end', { timeout: 120_000 }, async () => {
  await seen({ '/etc/passwd': 'x:x:0:0::/root:/bin/sh\n'.repeat(100_000) })
})
