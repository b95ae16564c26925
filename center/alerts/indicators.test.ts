import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProblemError } from '../problem-error.ts'
import { normalIndicator } from './indicators.ts'

for (const [kind, value, expected] of [
  ['hash', 'D41D8CD98F00B204E9800998ECF8427E', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['address', '2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['address', '198.51.100.7', '198.51.100.7'],
  ['domain', 'Pool.Example.ORG.', 'pool.example.org'],
  ['domain', 'xn--fiq228c.example', 'xn--fiq228c.example'],
  ['domain', 'München.example', 'xn--mnchen-3ya.example'],
  ['address', '::ffff:198.51.100.7', '198.51.100.7'],
  ['key', `SHA256:${'A'.repeat(43)}`, `SHA256:${'A'.repeat(43)}`],
] as const)
  test(`${kind} ${value}`, () => assert.equal(normalIndicator(kind, value), expected))

for (const [kind, value] of [
  ['hash', 'xyz'],
  ['hash', '0'.repeat(63)],
  ['address', '198.51.100.0/24'],
  ['address', '198.51.100.256'],
  ['domain', 'http://pool.example.org/'],
  ['domain', '198.51.100.7'],
  ['domain', 'localhost'],
  ['key', 'ssh-ed25519 AAAA'],
  ['wallet', 'short'],
] as const)
  test(`${value} is no ${kind}`, () => assert.throws(() => normalIndicator(kind, value), ProblemError))
