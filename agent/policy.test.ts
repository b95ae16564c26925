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
