import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { agentConfig, centerPolicy, defaultPolicy } from '../model/wire/index.ts'
import { policyInForce } from './policy.ts'

test('alone the host scans as agent.yml says', () => {
  const { policy, tightened } = policyInForce(
    agentConfig.parse({ scan: { everyMinutes: 15, cpuPercent: 20 } }),
    undefined,
  )
  assert.equal(policy.scan.quick.everyMinutes, 15)
  assert.equal(policy.scan.cpuPercent, 20)
  assert.deepEqual(tightened.length, 1)
  assert.deepEqual({ ...policy, version: 1 }, centerPolicy.parse({ ...policy, version: 1 }))
})

test('agent.yml only ever tightens', () => {
  const setting = fc.constantFrom('off', 'observe', 'block')
  const order = ['off', 'observe', 'block']
  fc.assert(
    fc.property(
      setting,
      setting,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 100 }),
      (asked, allowed, wish, most) => {
        const config = agentConfig.parse({ prevention: allowed, scan: { cpuPercent: most } })
        const wished = centerPolicy.parse({
          ...defaultPolicy,
          prevention: asked,
          scan: { ...defaultPolicy.scan, cpuPercent: wish },
        })
        const { policy, tightened } = policyInForce(config, wished)
        assert.equal(policy.scan.cpuPercent, Math.min(wish, most))
        assert.equal(order.indexOf(policy.prevention), Math.min(order.indexOf(asked), order.indexOf(allowed)))
        assert.equal(tightened.length, Number(most < wish) + Number(order.indexOf(allowed) < order.indexOf(asked)))
      },
    ),
  )
})

for (const [what, response, asked, expected, said] of [
  ['both want it', { may: ['clean'] }, 'confirmed', 'confirmed', 0],
  ['the center does not ask for it', { may: ['clean'] }, 'off', 'off', 0],
  ['the owner of the host does not allow it', {}, 'confirmed', 'off', 1],
  ['a dry run', { may: ['clean'], dryRun: true }, 'confirmed', 'off', 1],
] as const)
  test(`incidents are cleaned by themselves only where both want it: ${what}`, () => {
    const wished = centerPolicy.parse({ ...defaultPolicy, autoResponse: asked })
    const { policy, tightened } = policyInForce(agentConfig.parse({ response }), wished)
    assert.deepEqual([policy.autoResponse, tightened.length], [expected, said])
  })

test('alone, agent.yml says whether incidents are cleaned by themselves', () => {
  const of = (response: object) => policyInForce(agentConfig.parse({ response }), undefined).policy.autoResponse
  assert.deepEqual([of({}), of({ may: ['clean'] }), of({ may: ['clean'], dryRun: true })], ['off', 'confirmed', 'off'])
})
