import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createCleartextMessage, createMessage, generateKey, readKey, readPrivateKey, sign } from 'openpgp'
import type { Action } from '../model/index.ts'
import { carryOut } from './run.ts'
import { planOf, temporaryHost } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const root =
  process.getuid?.() !== 0 ? 'needs root' : spawnSync('dpkg-deb', ['--version']).error ? 'no dpkg-deb here' : false

const program = '#!/bin/sh\nexit 0\n'
const impostor = '#!/bin/sh\n# inert look-alike\n'
const release = 'example.test_debian_dists_stable_'
const index = `${release}main_binary-amd64_Packages`
const archive = 'tools_1%3a2.0-1_amd64.deb'
const action: Action = {
  kind: 'reinstall-package',
  package: 'tools',
  paths: ['/usr/bin/toola', '/bin/toolb', '/usr/bin/toolc'],
  command: 'apt-get install --reinstall -y tools',
}
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')
const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex')

const key = async () => {
  const made = await generateKey({ userIDs: [{ name: 'Archive' }], format: 'armored' })
  return {
    secret: await readPrivateKey({ armoredKey: made.privateKey }),
    public: await readKey({ armoredKey: made.publicKey }),
  }
}
const [trusted, other] = await Promise.all([key(), key()])

function build(compression: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-package-'))
  const put = (path: string, text: string, mode: number) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode })
  }
  try {
    put(
      'DEBIAN/control',
      'Package: tools\nVersion: 1:2.0-1\nArchitecture: amd64\nMaintainer: x <x@example.test>\nDescription: test\n',
      0o644,
    )
    put('usr/bin/toola', program, 0o755)
    put('usr/bin/toolb', `${program}# b\n`, 0o755)
    symlinkSync('toola', join(folder, 'usr/bin/toolc'))
    execFileSync('chmod', ['4755', join(folder, 'usr/bin/toolb')])
    const target = join(folder, 'x.deb')
    execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '-b', folder, target], { stdio: 'pipe' })
    return readFileSync(target)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
const debs =
  root === false
    ? new Map(['xz', 'gzip', 'zstd', 'none'].flatMap(one => (supports(one) ? [[one, build(one)]] : [])))
    : new Map()

function supports(compression: string): boolean {
  try {
    build(compression)
    return true
  } catch {
    return false
  }
}

interface Variant {
  readonly deb?: Buffer
  readonly packages?: (deb: Buffer) => string
  /** Puts the index into the form in which apt may keep it. */
  readonly store?: (root: string, bytes: string) => void
  readonly signer?: typeof trusted
  readonly detached?: boolean
  readonly change?: (root: string) => void
}

/** A host with one repository, whose package was installed from it, and three of its files replaced, missing and changed. */
async function arrange(t: TestContext, variant: Variant = {}) {
  const deb = variant.deb ?? debs.get('xz') ?? Buffer.alloc(0)
  const packages = (variant.packages ?? stanza)(deb)
  const text = `Origin: Test\nSuite: stable\nMD5Sum:\n ${md5(packages)} 1 main/binary-amd64/Packages\nSHA256:\n ${sha256(packages)} ${packages.length} main/binary-amd64/Packages\n`
  const ring = Buffer.from(trusted.public.write())
  const temporary = temporaryHost(t, {
    'usr/bin/toola': impostor,
    'usr/bin/toolc': impostor,
    'etc/passwd': 'root:x:0:0::/root:/bin/bash\n',
    'etc/apt/sources.list.d/x.sources': `Types: deb\nURIs: http://example.test/debian/\nSuites: stable\nComponents: main\nSigned-By: /usr/share/keyrings/test.gpg\n`,
    'usr/share/keyrings/test.gpg': ring,
    'var/lib/dpkg/status':
      'Package: other\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\nPackage: tools\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.0-1\n\nPackage: keyring\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n',
    'var/lib/dpkg/info/keyring.list': '/.\n/usr/share/keyrings/test.gpg\n',
    'var/lib/dpkg/info/keyring.md5sums': `${md5(ring)}  usr/share/keyrings/test.gpg\n`,
    [`var/cache/apt/archives/${archive}`]: deb,
  })
  const { root } = temporary
  symlinkSync('usr/bin', join(root, 'bin'))
  mkdirSync(join(root, 'var/lib/apt/lists'), { recursive: true })
  const store = variant.store ?? ((folder, bytes) => writeFileSync(join(folder, 'var/lib/apt/lists', index), bytes))
  store(root, packages)
  const signingKeys = (variant.signer ?? trusted).secret
  const lists = join(root, 'var/lib/apt/lists')
  if (variant.detached === true) {
    writeFileSync(join(lists, `${release}Release`), text)
    const message = await createMessage({ binary: Buffer.from(text) })
    writeFileSync(join(lists, `${release}Release.gpg`), `${await sign({ message, signingKeys, detached: true })}`)
  } else {
    const message = await createCleartextMessage({ text })
    writeFileSync(join(lists, `${release}InRelease`), `${await sign({ message, signingKeys })}`)
  }
  variant.change?.(root)
  return temporary
}

function stanza(deb: Buffer, version = '1:2.0-1'): string {
  const other = `Package: toolset\nVersion: 1\nArchitecture: amd64\nSHA256: ${'0'.repeat(64)}\n`
  return `${other}\nPackage: tools\nVersion: ${version}\nArchitecture: amd64\nFilename: pool/x.deb\nSize: ${deb.length}\nSHA256: ${sha256(deb)}\n\n${other}`
}

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
  test(`${what}: files are put back, and undone`, { skip: root }, async t => {
    const { root, host } = await arrange(t, variant)
    const run = await carryOut(planOf([action]), host)
    assert.equal(run.actions[0]?.detail ?? run.actions[0]?.outcome, 'done')
    assert.equal(readFileSync(join(root, 'usr/bin/toola'), 'utf8'), program)
    assert.equal(readFileSync(join(root, 'bin/toolb'), 'utf8'), `${program}# b\n`)
    assert.equal(statSync(join(root, 'usr/bin/toolb')).mode & 0o7777, 0o4755)
    assert.equal(host.files.readLink('/usr/bin/toolc'), 'toola')
    assert.equal((await carryOut(planOf([action]), host)).actions[0]?.outcome, 'already-done')
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
  test(`${what}: nothing is touched, and it says what is missing`, { skip: root }, async t => {
    const { root, host } = await arrange(t, variant)
    const [done] = (await carryOut(planOf([action]), host)).actions
    assert.equal(done?.outcome, 'failed')
    assert.match(done?.detail ?? '', link)
    assert.match(done?.detail ?? '', /Run it yourself: apt-get install --reinstall -y tools$/)
    assert.equal(readFileSync(join(root, 'usr/bin/toola'), 'utf8'), impostor)
  })
}

test('what changed after the run stays', { skip: root }, async t => {
  const { root, host } = await arrange(t)
  const run = await carryOut(planOf([action]), host)
  writeFileSync(join(root, 'usr/bin/toola'), 'mine')
  const { run: undone } = await undoRun(run.id, host)
  assert.match(undone.actions[0]?.detail ?? '', /something else lies at/)
  assert.equal(readFileSync(join(root, 'usr/bin/toola'), 'utf8'), 'mine')
  copyFileSync('/dev/null', join(root, 'usr/bin/toola'))
})

/** An LZ4 frame of stored blocks: enough to see the frame read. */
function plainLz4(text: string): Buffer {
  const bytes = Buffer.from(text)
  const size = Buffer.alloc(4)
  size.writeUInt32LE((bytes.length | 0x80000000) >>> 0)
  return Buffer.concat([Buffer.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0), size, bytes, Buffer.alloc(4)])
}
