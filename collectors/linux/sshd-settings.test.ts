import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sshdSettings } from './sshd-settings.ts'
import { collected, surveyOf } from './survey-of.ts'

test('the first value wins, drop-ins first, Match apart', async () => {
  const files = {
    '/etc/ssh/sshd_config': [
      'Include /etc/ssh/sshd_config.d/*.conf',
      'PasswordAuthentication no',
      'permitrootlogin=without-password # comment',
      'ChallengeResponseAuthentication no',
      'Match User git',
      '  PasswordAuthentication yes',
      'Match all',
      'PermitEmptyPasswords "yes"',
    ].join('\n'),
    '/etc/ssh/sshd_config.d/50-cloud-init.conf':
      'PasswordAuthentication yes\nMatch Address 10.0.0.0/8\nPermitRootLogin yes\n',
    '/etc/ssh/sshd_config.d/60-x.conf': 'PasswordAuthentication no\n',
  }
  const facts = (await collected(sshdSettings, surveyOf(files))).filter(fact => fact.kind === 'setting')
  assert.deepEqual(
    facts.map(({ name, value, path, line, detail }) => [
      name,
      value,
      path && `${path.split('/').at(-1)}:${line}`,
      detail,
    ]),
    [
      [
        'sshd.PasswordAuthentication',
        'yes',
        '50-cloud-init.conf:1',
        'wins over /etc/ssh/sshd_config.d/60-x.conf:1 (no), /etc/ssh/sshd_config:2 (no)',
      ],
      ['sshd.Match.PasswordAuthentication', 'yes', 'sshd_config:6', 'for User git'],
      ['sshd.PermitRootLogin', 'prohibit-password', 'sshd_config:3', undefined],
      ['sshd.Match.PermitRootLogin', 'yes', '50-cloud-init.conf:3', 'for Address 10.0.0.0/8'],
      ['sshd.PubkeyAuthentication', 'yes', undefined, 'no line says it: the default'],
      [
        'sshd.AuthorizedKeysFile',
        '.ssh/authorized_keys .ssh/authorized_keys2',
        undefined,
        'no line says it: the default',
      ],
      ['sshd.KbdInteractiveAuthentication', 'no', 'sshd_config:4', undefined],
      ['sshd.PermitEmptyPasswords', 'yes', 'sshd_config:8', undefined],
    ],
  )
})

test('any text, and files that include themselves', async () => {
  const word = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Include sshd_config', 'Match User x', '"', '#', '=', '\n', 'PasswordAuthentication no'),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 12 }), async words => {
      await collected(sshdSettings, surveyOf({ '/etc/ssh/sshd_config': words.join('') }))
    }),
  )
})
