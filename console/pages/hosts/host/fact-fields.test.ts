import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedFields, factTitle, shownValue } from './fact-fields.ts'

const job = { kind: 'autostart', command: '/usr/bin/backup', schedule: '17 * * * *', pids: [4], enabled: true }

for (const [name, before, after, expected] of [
  [
    'what differs, field by field',
    job,
    { ...job, command: '/tmp/x', enabled: false },
    [
      { field: 'command', before: '/usr/bin/backup', after: '/tmp/x' },
      { field: 'enabled', before: 'true', after: 'false' },
    ],
  ],
  ['a field that came', { a: 1 }, { a: 1, user: 'root' }, [{ field: 'user', before: '', after: 'root' }]],
  [
    'other pids say nothing beside something that does',
    job,
    { ...job, pids: [9], schedule: '@reboot' },
    [{ field: 'schedule', before: '17 * * * *', after: '@reboot' }],
  ],
  ['other pids alone are shown', job, { ...job, pids: [9] }, [{ field: 'pids', before: '4', after: '9' }]],
  ['nothing that is no object', undefined, 'text', []],
] as const)
  test(name, () => assert.deepEqual(changedFields(before, after), expected))

for (const [kind, fact, expected] of [
  ['autostart', job, '/usr/bin/backup'],
  ['autostart', { command: '', path: '/etc/profile' }, '/etc/profile'],
  ['listener', { protocol: 'tcp', address: '::', port: 22 }, 'tcp [::]:22'],
  ['account', { name: 'root' }, 'root'],
  ['package', 'what a host should never send', ''],
] as const)
  test(`${kind} is called ${expected}`, () => assert.equal(factTitle(kind, fact), expected))

test('values are shown as text, whatever they are', () => {
  assert.deepEqual([null, ['a', 2], { a: [1] }].map(shownValue), ['', 'a\n2', '{\n "a": [\n  1\n ]\n}'])
})
