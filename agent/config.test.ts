import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfigError, parseConfig, readConfig } from './config.ts'

test('an empty file, and one that is missing, mean all defaults', () => {
  const config = parseConfig('')
  assert.deepEqual(config, readConfig('/nonexistent/agent.yml'))
  assert.equal(config.center, undefined)
  assert.equal(config.upgrade, false)
  assert.equal(config.orders.approvals, 1)
  assert.equal(config.orders.accept.includes('clean'), true)
  assert.equal(config.spool.mostMegabytes, 256)
})

for (const [text, message] of [
  ['center: http://c', 'agent.yml:1: center: write the address as https://host:port'],
  ['upgrade: true\norders:\n  acept: [scan]', 'agent.yml:3: orders: there is no setting acept here'],
  [
    'orders:\n  between: { from: "9:00", to: "17:00" }',
    'agent.yml:2: orders.between.from: write a time of day as "HH:MM", in quotes',
  ],
  ['prevention: on', 'agent.yml:1: prevention: write one of off, observe, block'],
  ['orders:\n  accept:\n    - scan\n    - run-shell', /^agent\.yml:4: orders\.accept\.3?1?: write one of scan, /],
  ['response:\n  may: [kill]', /^agent\.yml:2: response\.may\.0: write one of kill-process, block-address, /],
  [
    'response:\n  neverBlock: [10.0.0.0/33]',
    'agent.yml:2: response.neverBlock.0: write an address such as 203.0.113.7, or a network such as 203.0.113.0/24',
  ],
  [
    'response:\n  protect:\n    paths: [srv]',
    'agent.yml:3: response.protect.paths.0: write a whole path, beginning with /',
  ],
  ['response:\n  mostPerHour: { kills: -1 }', 'agent.yml:2: response.mostPerHour.kills: write a number of at least 0'],
  [
    'metrics: { listen: "0.0.0.0:9477" }',
    'agent.yml:1: metrics.listen: write an address of this host itself with a port, such as 127.0.0.1:9477',
  ],
  ['center: [', /^agent\.yml:\d+: /],
  ['a: &x [1]\nb: *x', /^agent\.yml/],
  ['upgrade: true\nupgrade: false', /^agent\.yml:2: Map keys must be unique/],
  ['- 1', /^agent\.yml:1: /],
] as const)
  test(`wrong: ${JSON.stringify(text)}`, () => assert.throws(() => parseConfig(text), { name: 'ConfigError', message }))

test('whatever is written, it is a policy or a plain mistake', () => {
  const words = fc.constantFrom(
    'center:',
    ' https://c',
    'orders:',
    '\n',
    '  ',
    'accept:',
    '[',
    ']',
    '- ',
    'scan',
    ': ',
    '"',
    '&a',
    '*a',
    '{',
    '}',
    '\t',
    '\0',
    '1',
    '!!js',
    '|',
    '---',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map(parts => parts.join('')),
      ),
      text => {
        try {
          assert.equal(typeof parseConfig(text).spool.mostMegabytes, 'number')
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error))
          assert.match(error.message, /^agent\.yml/)
        }
      },
    ),
  )
})

test('a file that others may write is not believed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-config-'))
  try {
    const path = join(folder, 'agent.yml')
    writeFileSync(path, 'upgrade: true\n')
    chmodSync(path, 0o644)
    assert.equal(readConfig(path).upgrade, true)
    chmodSync(path, 0o664)
    assert.throws(() => readConfig(path), /chmod 644/)
    assert.throws(() => readConfig(folder), /is not a file/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
