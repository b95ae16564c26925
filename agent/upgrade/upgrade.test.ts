import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { agentFolders } from '../own-files.ts'
import { type StubCenter, stubCenter } from '../testing/stub-center.ts'
import { linked, point } from './program-home.ts'
import { releaseKeys } from './release-key.ts'
import type { Release } from '../../model/wire/index.ts'
import { canonicalRelease, compareVersions, verifiedRelease } from './release.ts'
import { beforeStart, upgradeTrial } from './trial.ts'
import { upgrade } from './upgrade.ts'
import { unpack } from './unpack.ts'

const publisher = generateKeyPairSync('ed25519')
const pinned = publisher.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const signed = (release: Release, key = publisher.privateKey) =>
  JSON.stringify({ release, signature: sign(null, Buffer.from(canonicalRelease(release)), key).toString('base64') })

/** One ustar header with its content (tar(5)). */
function tarEntry(path: string, type: '0' | '2' | '5' | '3', content = '', link = ''): Buffer {
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write('0000755\0', 100)
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar\0', 257)
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc(-Buffer.byteLength(content) & 511)])
}

const archive = (...entries: Buffer[]) => gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]))
const newFolder = `davylamp-0.2.0-linux-x64`
const goodPackage = archive(
  tarEntry(`${newFolder}/`, '5'),
  tarEntry(`${newFolder}/davylamp`, '0', '#!/bin/sh\n'),
  tarEntry(`${newFolder}/lib.so`, '2', '', 'davylamp'),
)

function releaseOf(bytes: Buffer, change: Partial<Release> = {}): Release {
  return {
    format: 'davylamp-release',
    version: 1,
    program: '0.2.0',
    architecture: 'x64',
    sha256: sum(bytes),
    bytes: bytes.length,
    minimum: '0.1.0',
    madeAt: '2026-11-21T00:00:00.000Z',
    ...change,
  }
}

interface Scene {
  readonly home: string
  readonly state: string
  readonly center: StubCenter
  run(served: { document: string; bytes: Buffer }, order?: { version?: string; sha256?: string }): Promise<void>
}

async function scene(test: TestContext): Promise<Scene> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agent-upgrade-')))
  const home = join(folder, 'home')
  const state = join(folder, 'state')
  const old = 'davylamp-0.1.0-linux-x64'
  mkdirSync(join(home, old), { recursive: true })
  writeFileSync(join(home, old, 'davylamp'), 'old')
  point(home, 'current', old)
  let served: { readonly document: string; readonly bytes: Buffer } = { document: '', bytes: Buffer.alloc(0) }
  const center = await stubCenter({
    http(request, _, response) {
      if (request.url === '/agent/v1/package/0.2.0.release.json') response.end(served.document)
      else if (request.url === '/agent/v1/package/0.2.0') response.end(served.bytes)
      else return false
      return true
    },
  })
  test.after(async () => {
    await center.close()
    rmSync(folder, { recursive: true })
  })
  const identity = await center.identity()
  return {
    home,
    state,
    center,
    async run(given, { version = '0.2.0', sha256 = sum(given.bytes) } = {}) {
      served = given
      const parts = { identity, program: join(home, 'current'), running: '0.1.0', keys: [pinned], architecture: 'x64' }
      await upgrade({ order: 'o-1', version, sha256 }, { ...parts, folders: agentFolders(state, true) })
    },
  }
}

test('a signed newer release is put beside and switched to; connected, the order is done', async t => {
  const s = await scene(t)
  await s.run({ document: signed(releaseOf(goodPackage)), bytes: goodPackage })
  assert.deepEqual([linked(s.home, 'current'), linked(s.home, 'previous')], [newFolder, 'davylamp-0.1.0-linux-x64'])
  assert.equal(readFileSync(join(s.home, 'current', 'lib.so'), 'utf8'), '#!/bin/sh\n')
  assert.deepEqual(readdirSync(s.home).sort(), ['current', 'davylamp-0.1.0-linux-x64', newFolder, 'previous'])
  const ended: unknown[] = []
  const trial = upgradeTrial(s.state, join(s.home, 'current'))
  assert.equal(trial?.order, 'o-1')
  trial?.begin({ ended: (order, how) => ended.push(order, how), leave: () => ended.push('leave'), log: () => {} })
  trial?.connected()
  trial?.connected()
  assert.deepEqual(ended, ['o-1', { state: 'done' }])
  assert.equal(upgradeTrial(s.state, join(s.home, 'current')), undefined)
})

test('a new version that does not reach the center goes back by itself, and the old one says so', async t => {
  const s = await scene(t)
  await s.run({ document: signed(releaseOf(goodPackage)), bytes: goodPackage })
  await new Promise<void>(resolve =>
    upgradeTrial(s.state, join(s.home, 'current'), 5)?.begin({
      ended: () => assert.fail(),
      leave: resolve,
      log: () => {},
    }),
  )
  assert.equal(linked(s.home, 'current'), 'davylamp-0.1.0-linux-x64')
  const ended: unknown[] = []
  upgradeTrial(s.state, join(s.home, 'current'))?.begin({
    ended: (...how) => ended.push(how),
    leave: () => {},
    log: () => {},
  })
  assert.deepEqual(ended, [
    ['o-1', { state: 'failed', reason: 'The new version did not reach the center within five minutes.' }],
  ])
  assert.equal(upgradeTrial(s.state, join(s.home, 'current')), undefined)
})

test('a new version that cannot even start is counted out by the old one', async t => {
  const s = await scene(t)
  await s.run({ document: signed(releaseOf(goodPackage)), bytes: goodPackage })
  for (let starts = 0; starts < 3; starts++) {
    beforeStart(s.state)
    assert.equal(linked(s.home, 'current'), newFolder)
  }
  beforeStart(s.state)
  assert.equal(linked(s.home, 'current'), 'davylamp-0.1.0-linux-x64')
  beforeStart(s.state)
  assert.equal(linked(s.home, 'current'), 'davylamp-0.1.0-linux-x64')
})

const stranger = generateKeyPairSync('ed25519').privateKey
const outside = archive(tarEntry(`${newFolder}/davylamp`, '0', 'x'), tarEntry('../evil', '0', 'x'))
const linkOut = archive(
  tarEntry(`${newFolder}/davylamp`, '0', 'x'),
  tarEntry(`${newFolder}/l`, '2', '', '../../../etc/passwd'),
)
const device = archive(tarEntry(`${newFolder}/davylamp`, '0', 'x'), tarEntry(`${newFolder}/d`, '3'))
const good = releaseOf(goodPackage)
for (const [name, document, bytes, message, order] of [
  ['signed by a stranger', signed(good, stranger), goodPackage, /not signed by a release key/],
  [
    'changed after it was signed',
    signed(good).replace('"minimum":"0.1.0"', '"minimum":"0.0.1"'),
    goodPackage,
    /not signed/,
  ],
  ['no document', 'no', goodPackage, /no signed release document/],
  ['another package', signed(good), linkOut, /not the one that was ordered|larger than|not the one that was signed/],
  [
    'another package under the right hash of the order',
    signed(good),
    device,
    /larger than|not the one that was signed/,
    good.sha256,
  ],
  ['an older one', signed({ ...good, program: '0.1.0' }), goodPackage, /not the one that was ordered/],
  ['for another processor', signed({ ...good, architecture: 'arm64' }), goodPackage, /arm64/],
  ['a step too far', signed({ ...good, minimum: '0.1.5' }), goodPackage, /upgrade in steps/],
  ['a name that leads out', signed(releaseOf(outside)), outside, /leads out/],
  ['a link that leads out', signed(releaseOf(linkOut)), linkOut, /leads out/],
  ['a device', signed(releaseOf(device)), device, /no file/],
] as const)
  test(`refused, and nothing is changed: ${name}`, async t => {
    const s = await scene(t)
    await assert.rejects(s.run({ document, bytes }, order === undefined ? {} : { sha256: order }), { message })
    assert.deepEqual(readdirSync(s.home).sort(), ['current', 'davylamp-0.1.0-linux-x64'])
    assert.equal(linked(s.home, 'current'), 'davylamp-0.1.0-linux-x64')
    assert.equal(existsSync(join(s.state, 'agent', 'upgrade.json')), false)
  })

test('versions only go upwards, also past 9 and over pre-releases', () => {
  const order = ['0.1.0-rc.1', '0.1.0', '0.2.0', '0.10.0', '1.0.0-a', '1.0.0', '10.0.0']
  for (const [i, one] of order.entries())
    for (const [j, other] of order.entries())
      assert.equal(Math.sign(compareVersions(one, other)), Math.sign(i - j), `${one} ${other}`)
})

test('no text but a signed one is a release', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), text => {
      assert.throws(() => verifiedRelease(text, [pinned]), { name: 'ReleaseRefused' })
    }),
  )
  assert.deepEqual(verifiedRelease(signed(good), ['rubbish', pinned]), good)
  assert.throws(() => verifiedRelease(signed(good), []), { name: 'ReleaseRefused' })
})

test('release keys that others could have written count for nothing', t => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'release-keys')
  assert.deepEqual(releaseKeys(path), [])
  writeFileSync(path, `# ours\n${pinned} # 2026\n\n`)
  chmodSync(path, 0o644)
  assert.deepEqual(releaseKeys(path), [pinned])
  chmodSync(path, 0o666)
  assert.deepEqual(releaseKeys(path), [])
})

test('a damaged archive makes nothing outside of its folder', t => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-unpack-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'x.tar.gz')
  let round = 0
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 512, maxLength: 512 }), { maxLength: 4 }), blocks => {
      writeFileSync(path, gzipSync(Buffer.concat(blocks)))
      const into = join(folder, `into-${round++}`)
      mkdirSync(into)
      try {
        unpack(path, into)
      } catch {
        // Refused is fine.
      }
      assert.deepEqual(
        readdirSync(folder).filter(name => !name.startsWith('into-')),
        ['x.tar.gz'],
      )
    }),
    { numRuns: 50 },
  )
})
