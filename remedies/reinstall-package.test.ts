import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { carryOut, resumeRun } from './run.ts'
import { listRuns } from './run-record.ts'
import {
  archive,
  debs,
  impostor,
  index,
  missingTools,
  other,
  packageAction,
  program,
  release,
  signedRepository,
  stanza,
  type Variant,
} from './testing/signed-repository.ts'
import { planOf } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const at = (root: string, path: string) => join(root, 'var/lib/apt/lists', path)

for (const [what, variant] of [
  ['an index as it is', {}],
  ['a detached signature', { detached: true }],
  ['an index in gzip', { store: (root, bytes) => writeFileSync(at(root, `${index}.gz`), gzipSync(bytes)) }],
  [
    'an index in xz',
    { store: (root, bytes) => writeFileSync(at(root, `${index}.xz`), execFileSync('xz', ['-c'], { input: bytes })) },
  ],
  ['an index in lz4', { store: (root, bytes) => writeFileSync(at(root, `${index}.lz4`), plainLz4(bytes)) }],
  ...[...debs].map(([compression, deb]) => [`an archive in ${compression}`, { deb }] as const),
  [
    'a one-line source',
    {
      change: root => {
        rmSync(join(root, 'etc/apt/sources.list.d/x.sources'))
        writeFileSync(
          join(root, 'etc/apt/sources.list'),
          'deb [arch=amd64 signed-by=/usr/share/keyrings/test.gpg] http://example.test/debian stable main\n',
        )
      },
    },
  ],
  ['a source that names no key', { change: root => writeFileSync(join(root, 'etc/apt/sources.list.d/x.sources'), '') }],
] satisfies (readonly [string, Variant])[] as [string, Variant][]) {
  test(`${what}: files are put back, and undone`, { skip: missingTools }, async t => {
    const { root, host } = await signedRepository(t, variant)
    const run = await carryOut(planOf([packageAction]), host)
    assert.equal(run.actions[0]?.detail ?? run.actions[0]?.outcome, 'done')
    assert.equal(readFileSync(join(root, 'usr/bin/toola'), 'utf8'), program)
    assert.equal(readFileSync(join(root, 'bin/toolb'), 'utf8'), `${program}# b\n`)
    assert.equal(statSync(join(root, 'usr/bin/toolb')).mode & 0o7777, 0o4755)
    assert.equal(host.files.readLink('/usr/bin/toolc'), 'toola')
    assert.equal((await carryOut(planOf([packageAction]), host)).actions[0]?.outcome, 'already-done')
    const { run: undone } = await undoRun(run.id, host)
    assert.equal(undone.actions[0]?.detail ?? undone.actions[0]?.outcome, 'undone')
    assert.deepEqual(
      ['/usr/bin/toola', '/usr/bin/toolb', '/usr/bin/toolc'].map(path => host.files.read(path)?.toString()),
      [impostor, undefined, impostor],
    )
  })
}

for (const [what, variant, link] of [
  ['another signer', { signer: other }, /signature of .*InRelease is not one of a trusted key/],
  [
    'a changed Release',
    {
      change: root => {
        const path = at(root, `${release}InRelease`)
        writeFileSync(path, readFileSync(path, 'utf8').replace('Origin: Test', 'Origin: Evil'))
      },
    },
    /signature of/,
  ],
  [
    'a changed index',
    { change: root => appendFileSync(at(root, index), '\n') },
    /Packages is not what its signed Release lists/,
  ],
  ['no index', { change: root => rmSync(at(root, index)) }, /no signed index lists tools 1:2.0-1 \(amd64\)/],
  ['another version', { packages: deb => stanza(deb, '1:2.0-2') }, /no signed index lists tools/],
  [
    'a changed archive',
    { change: root => appendFileSync(join(root, 'var/cache/apt/archives', archive), 'x') },
    /is not what the signed index lists/,
  ],
  [
    'no archive',
    { change: root => rmSync(join(root, 'var/cache/apt/archives', archive)) },
    /tools_1%3a2.0-1_amd64.deb is not there/,
  ],
  [
    'a changed keyring',
    { change: root => appendFileSync(join(root, 'usr/share/keyrings/test.gpg'), other.public.write()) },
    /test.gpg belongs to no package or was changed/,
  ],
  [
    'a keyring of nobody',
    { change: root => rmSync(join(root, 'var/lib/dpkg/info/keyring.list')) },
    /belongs to no package/,
  ],
  [
    'a key in the source itself',
    {
      change: root =>
        writeFileSync(
          join(root, 'etc/apt/sources.list.d/x.sources'),
          'Types: deb\nURIs: http://example.test/debian\nSuites: stable\nSigned-By:\n -----BEGIN\n x\n',
        ),
    },
    /a key of its own/,
  ],
  [
    'a diversion',
    { change: root => writeFileSync(join(root, 'var/lib/dpkg/diversions'), '/usr/bin/toola\n/usr/bin/toola.x\nx\n') },
    /diversion/,
  ],
  [
    'a package that is not installed',
    { change: root => writeFileSync(join(root, 'var/lib/dpkg/status'), '') },
    /dpkg has no tools installed/,
  ],
  ['no lists', { change: root => rmSync(at(root, ''), { recursive: true }) }, /never updated/],
] satisfies [string, Variant, RegExp][] as [string, Variant, RegExp][]) {
  test(`${what}: nothing is touched, and it says what is missing`, { skip: missingTools }, async t => {
    const { root, host } = await signedRepository(t, variant)
    const [done] = (await carryOut(planOf([packageAction]), host)).actions
    assert.equal(done?.outcome, 'failed')
    assert.match(done?.detail ?? '', link)
    assert.match(done?.detail ?? '', /Run it yourself: apt-get install --reinstall -y tools$/)
    assert.equal(readFileSync(join(root, 'usr/bin/toola'), 'utf8'), impostor)
  })
}

for (const [entry, moment, way] of [
  ['prepared', 'before', 'resume'],
  ['prepared', 'after', 'resume'],
  ['prepared', 'after', 'undo'],
  ['outcome', 'before', 'resume'],
  ['outcome', 'before', 'undo'],
] as const) {
  test(`a crash ${moment} "${entry}", then ${way}`, { skip: missingTools }, async t => {
    const { root, host } = await signedRepository(t)
    class Crash extends Error {}
    const watch = (at: { entry: { entry: string }; moment: string }) => {
      if (at.entry.entry === entry && at.moment === moment) throw new Crash()
    }
    await assert.rejects(carryOut(planOf([packageAction]), host, { watch }), Crash)
    const [run] = listRuns(host.state)
    if (way === 'resume') {
      const { actions } = await resumeRun(run?.id ?? '', host)
      assert.equal(actions[0]?.detail ?? actions[0]?.outcome, 'done')
      assert.equal(readFileSync(join(root, 'usr/bin/toola'), 'utf8'), program)
    }
    await undoRun(run?.id ?? '', host)
    assert.deepEqual(
      ['/usr/bin/toola', '/usr/bin/toolb', '/usr/bin/toolc'].map(path => host.files.read(path)?.toString()),
      [impostor, undefined, impostor],
    )
  })
}

test('what changed after the run stays', { skip: missingTools }, async t => {
  const { root, host } = await signedRepository(t)
  const run = await carryOut(planOf([packageAction]), host)
  writeFileSync(join(root, 'usr/bin/toola'), 'mine')
  const { run: undone } = await undoRun(run.id, host)
  assert.match(undone.actions[0]?.detail ?? '', /something else lies at/)
  assert.equal(readFileSync(join(root, 'usr/bin/toola'), 'utf8'), 'mine')
})

/** An LZ4 frame of stored blocks: enough to see the frame read. */
function plainLz4(text: string): Buffer {
  const bytes = Buffer.from(text)
  const size = Buffer.alloc(4)
  size.writeUInt32LE((bytes.length | 0x80000000) >>> 0)
  return Buffer.concat([Buffer.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0), size, bytes, Buffer.alloc(4)])
}
