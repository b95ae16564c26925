import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LoginKeyFact } from '../../model/index.ts'
import { parseAuthorizedKey } from './authorized-key.ts'
import { loginKeys } from './login-keys.ts'
import { collected, surveyOf } from './survey-of.ts'

/** A blob of the right shape with no key in it. */
function blob(type: string, filling: string): string {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(type.length)
  return Buffer.concat([length, Buffer.from(type), Buffer.from(filling)]).toString('base64')
}
const ed = `ssh-ed25519 ${blob('ssh-ed25519', 'one')}`
const rsa = `ssh-rsa ${blob('ssh-rsa', 'two')}`

const lines: [string, Partial<ReturnType<typeof parseAuthorizedKey>>][] = [
  [`${ed} alice@laptop`, { keyType: 'ssh-ed25519', comment: 'alice@laptop', options: [] }],
  [`  ${rsa} mdrfckr\r`, { keyType: 'ssh-rsa', comment: 'mdrfckr' }],
  [
    `command="/tmp/x \\"a b\\"",no-pty ${rsa} c d`,
    { options: ['command="/tmp/x \\"a b\\""', 'no-pty'], command: '/tmp/x "a b"', comment: 'c d' },
  ],
  [
    `from="10.0.0.0/8,!10.1.1.1",restrict\t${ed}`,
    { options: ['from="10.0.0.0/8,!10.1.1.1"', 'restrict'], comment: '' },
  ],
  [`${ed} x\0junk`, { comment: 'x' }],
]
for (const [line, expected] of lines) {
  test(JSON.stringify(line.slice(0, 40)), () => {
    const key = parseAuthorizedKey(line)
    assert.deepEqual(
      Object.fromEntries(Object.keys(expected ?? {}).map(name => [name, key?.[name as keyof typeof key]])),
      expected,
    )
  })
}

for (const line of [
  '',
  '# x',
  'ssh-rsa',
  'ssh-rsa !!!',
  `ssh-rsa ${blob('ssh-ed25519', 'x')}`,
  'command="x ssh-rsa AAAA',
  `\0${ed}`,
  'REDIS0009\u00fa',
]) {
  test(`${JSON.stringify(line.slice(0, 30))} is no key`, () => assert.equal(parseAuthorizedKey(line), undefined))
}

test('the fingerprint is ssh-keygen’s', () => {
  const known = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  assert.equal(parseAuthorizedKey(known)?.fingerprint, 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU')
})

test('every home and place of keys', async () => {
  const facts = await collected(
    loginKeys,
    surveyOf({
      '/etc/passwd':
        'root:x:0:0::/root:/bin/sh\nnews:x:9:9::/var/spool/news:/usr/sbin/nologin\na:x:1000:1000::/home/a:/bin/sh\n',
      '/etc/ssh/sshd_config': 'AuthorizedKeysFile .ssh/authorized_keys /etc/ssh/extra/%u.pub /etc/ssh/all\n',
      '/root/.ssh/authorized_keys': {
        content: `rubbish \u0000\n${rsa} mdrfckr\n\n${ed} admin\n`,
        attributes: ['immutable'],
        modified: '2026-02-02T00:00:00Z',
      },
      '/root/.ssh/authorized_keys2': `${rsa} again\n`,
      '/var/spool/news/.ssh/authorized_keys': `${rsa} mdrfckr\n`,
      '/etc/ssh/extra/a.pub': `${ed}\n`,
      '/etc/ssh/all': `command="id" ${ed}\n`,
      '/home/left/.ssh/authorized_keys': `${ed}\n`,
    }),
  )
  const keys = facts.filter((fact): fact is LoginKeyFact => fact.kind === 'login-key')
  assert.deepEqual(
    keys
      .map(({ path, line, user, keyType, keysInFile, accountsWithKey }) => [
        path,
        line,
        user,
        keyType,
        keysInFile,
        accountsWithKey,
      ])
      .sort(),
    [
      ['/etc/ssh/all', 1, '*', 'ssh-ed25519', 1, 4],
      ['/etc/ssh/extra/a.pub', 1, 'a', 'ssh-ed25519', 1, 4],
      ['/home/left/.ssh/authorized_keys', 1, 'left', 'ssh-ed25519', 1, 4],
      ['/root/.ssh/authorized_keys', 2, 'root', 'ssh-rsa', 2, 2],
      ['/root/.ssh/authorized_keys', 4, 'root', 'ssh-ed25519', 2, 4],
      ['/root/.ssh/authorized_keys2', 1, 'root', 'ssh-rsa', 1, 2],
      ['/var/spool/news/.ssh/authorized_keys', 1, 'news', 'ssh-rsa', 1, 2],
    ],
  )
  const first = keys.find(({ comment }) => comment === 'mdrfckr')
  assert.deepEqual(
    [first?.attributes, first?.modified, first?.text],
    [['immutable'], '2026-02-02T00:00:00.000Z', `${rsa} mdrfckr`],
  )
})

test('any line, and mutated ones', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(60), (noise, at) => {
      parseAuthorizedKey(noise)
      const line = `command="x",no-pty ${ed} c`
      parseAuthorizedKey(line.slice(0, at) + noise + line.slice(at))
      const after = surveyOf({ '/root/.ssh/authorized_keys': `${noise}\n${ed} last\n` })
      assert.ok([...(loginKeys.collect(after) as Iterable<LoginKeyFact>)].some(({ comment }) => comment === 'last'))
    }),
  )
})
