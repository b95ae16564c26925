import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Release } from '../../model/wire/index.ts'
import { type UpgradableAgent, upgradeFor } from './upgrade-for.ts'

const release = (program: string, minimum = '0.1.0', architecture: Release['architecture'] = 'x64'): Release => ({
  format: 'davylamp-release',
  version: 1,
  program,
  architecture,
  sha256: 'a'.repeat(64),
  bytes: 1,
  minimum,
  madeAt: '2026-11-20T12:00:00Z',
})
const agent: UpgradableAgent = {
  program: 'davylamp 0.2.0',
  architecture: 'x64',
  capabilities: ['upgrade', 'upgrade:allowed'],
  underWay: false,
}

for (const [what, more, releases, expected] of [
  ['the newest', {}, ['0.3.0', '0.10.0', '0.9.0'], '0.10.0'],
  ['a release after its candidate', { program: '0.10.0-rc.1' }, ['0.10.0', '0.10.0-rc.2'], '0.10.0'],
  ['as the kernel names the processor', { architecture: 'x86_64' }, ['0.3.0'], '0.3.0'],
  ['the same version', {}, ['0.2.0'], 'newest'],
  ['an older one', {}, ['0.1.9'], 'newest'],
  ['none at all', {}, [], 'no-release'],
  ['another processor', { architecture: 'aarch64' }, ['0.3.0'], 'no-release'],
  ['an agent whose owner does not let it', { capabilities: ['upgrade'] }, ['0.3.0'], 'not-allowed'],
  ['an agent that has said nothing', { program: '', capabilities: [] }, ['0.3.0'], 'not-allowed'],
  ['an agent at it', { underWay: true }, ['0.3.0'], 'under-way'],
] as const)
  test(`upgrade to ${what}: ${expected}`, () => {
    const found = upgradeFor(
      { ...agent, ...more },
      releases.map(one => release(one)),
    )
    assert.equal(typeof found === 'string' ? found : found.program, expected)
  })

test('in steps, where the newest replaces later versions only', () => {
  const steps = [release('0.5.0', '0.3.0'), release('0.3.0', '0.2.0')]
  assert.deepEqual(upgradeFor(agent, steps), steps[1])
  assert.equal(upgradeFor(agent, steps.slice(0, 1)), 'step-missing')
})
