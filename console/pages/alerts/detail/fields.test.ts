import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf } from './fields.ts'

test('what says nothing is left out', () => {
  const fields = fieldsOf({
    kind: 'process',
    id: 'a1',
    command: '/tmp/x',
    path: '/tmp/x',
    pid: 0,
    exeDeleted: false,
    argvMismatch: true,
    hugePagesBytes: 0,
    devices: [],
    openFiles: ['/tmp/y'],
    startTime: 4711,
    pathBytes: 'AA==',
  })
  assert.deepEqual(
    fields.map(({ name, value }) => [name, value]),
    [
      ['command', '/tmp/x'],
      ['pid', 0],
      ['argvMismatch', true],
      ['openFiles', ['/tmp/y']],
    ],
  )
})

test('that an autostart is switched off is shown', () => {
  assert.deepEqual(fieldsOf({ enabled: false }), [{ name: 'enabled', form: 'claim', value: false }])
})

test('what has another shape than its name says is not shown', () => {
  assert.deepEqual(fieldsOf({ targets: [{ a: 1 }], user: { name: 'x' } }), [])
})
