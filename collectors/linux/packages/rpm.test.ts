import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import fc from 'fast-check'
import { memoryTarget, mountedTree } from '../../../target/index.ts'
import { openPackages } from './package-database.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

interface PackedFile {
  readonly directory: string
  readonly name: string
  readonly digest: string
  readonly flags?: number
}

/** A header as rpm stores it: only the tags that ownership needs. */
function header(name: string, files: readonly PackedFile[], algorithm = 8): Buffer {
  const directories = [...new Set(files.map(file => file.directory))]
  const texts = (values: readonly string[]) => Buffer.from(values.map(value => `${value}\0`).join(''))
  const numbers = (values: readonly number[]) => {
    const bytes = Buffer.alloc(values.length * 4)
    for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, at * 4)
    return bytes
  }
  const tags: [number, number, number, Buffer][] = [
    [1000, 6, 1, texts([name])],
    [1001, 6, 1, texts(['1.2'])],
    [1002, 6, 1, texts(['3'])],
    [1022, 6, 1, texts(['x86_64'])],
    [1035, 8, files.length, texts(files.map(file => file.digest))],
    [1117, 8, files.length, texts(files.map(file => file.name))],
    [1118, 8, directories.length, texts(directories)],
    [1037, 4, files.length, numbers(files.map(file => file.flags ?? 0))],
    [1116, 4, files.length, numbers(files.map(file => directories.indexOf(file.directory)))],
    [5011, 4, 1, numbers([algorithm])],
  ]
  const index: Buffer[] = []
  const data: Buffer[] = []
  let offset = 0
  for (const [tag, type, count, bytes] of tags) {
    const padding = Buffer.alloc(type === 4 ? (4 - (offset % 4)) % 4 : 0)
    offset += padding.length
    index.push(numbers([tag, type, offset, count]))
    data.push(padding, bytes)
    offset += bytes.length
  }
  return Buffer.concat([numbers([tags.length, offset]), ...index, ...data])
}

/** Several hundred packages, one of them big enough for a chain of overflow pages. */
const headers = [
  header('bash', [
    { directory: '/usr/bin/', name: 'bash', digest: sha256('bash') },
    { directory: '/usr/bin/', name: 'sh', digest: '' },
    { directory: '/etc/skel/', name: '.bashrc', digest: sha256('before'), flags: 1 },
    { directory: '/var/log/', name: 'bash.log', digest: sha256('x'), flags: 64 },
  ]),
  header('gpg-pubkey', []),
  ...Array.from({ length: 400 }, (_, number) =>
    header(
      `package-${number}`,
      Array.from({ length: number === 7 ? 3_000 : 5 }, (_, file) => ({
        directory: `/usr/share/package-${number}/`,
        name: `file-${file}`,
        digest: sha256(`${number}/${file}`),
      })),
    ),
  ),
  header('old', [{ directory: '/usr/sbin/', name: 'old', digest: createHash('md5').update('old').digest('hex') }], 1),
]

const files = {
  '/sbin': { link: 'usr/sbin' },
  '/usr/bin/bash': 'bash',
  '/usr/bin/sh': { link: 'bash' },
  '/etc/skel/.bashrc': 'after',
  '/var/log/bash.log': 'lines',
  '/usr/share/package-7/file-2999': '7/2999',
  '/usr/share/package-399/file-4': 'else',
  '/usr/sbin/old': 'old',
}

function check(database: Record<string, Buffer>): void {
  const packages = openPackages(memoryTarget({ files: { ...files, ...database } }))
  for (const [path, expected] of [
    ['/usr/bin/bash', 'owned bash'],
    ['/usr/bin/sh', 'owned bash'],
    ['/etc/skel/.bashrc', 'conffile bash'],
    ['/var/log/bash.log', 'owned bash'],
    ['/usr/share/package-7/file-2999', 'owned package-7'],
    ['/usr/share/package-399/file-4', 'modified package-399'],
    ['/usr/share/package-0/file-0', 'modified package-0'],
    ['/sbin/old', 'owned old'],
    ['/usr/share/package-7/file-3000', 'unowned'],
  ] as const) {
    const { ownership, package: name } = packages.owner(path)
    assert.equal([ownership, name].filter(Boolean).join(' '), expected, path)
  }
  assert.equal(packages.packages().length, headers.length - 1)
  assert.deepEqual(packages.packages()[0], { name: 'bash', version: '1.2-3', architecture: 'x86_64', manager: 'rpm' })
  assert.equal(packages.filesOf('package-7').length, 3_000)
}

for (const [name, pageSize, journal] of [
  ['sqlite', 4096, 'DELETE'],
  ['sqlite with small pages', 512, 'DELETE'],
  ['sqlite with what is not yet out of its log', 4096, 'WAL'],
] as const) {
  test(name, () => {
    const directory = mkdtempSync(join(tmpdir(), 'davylamp-rpm-'))
    try {
      const path = join(directory, 'rpmdb.sqlite')
      const database = new DatabaseSync(path)
      database.exec(`PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = ${journal}; PRAGMA wal_autocheckpoint = 0`)
      database.exec(
        'CREATE TABLE Other (a TEXT); CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)',
      )
      database.exec('BEGIN')
      const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)')
      for (const one of headers) insert.run(one)
      database.exec('COMMIT')
      const read: Record<string, Buffer> = { '/var/lib/rpm/rpmdb.sqlite': readFileSync(path) }
      if (journal === 'WAL') read['/var/lib/rpm/rpmdb.sqlite-wal'] = readFileSync(`${path}-wal`)
      database.close()
      check(read)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
}

function ndb(blobs: readonly Buffer[]): Buffer {
  const pages = Math.ceil((blobs.length + 2) / 256)
  const slots = Buffer.alloc(pages * 4096)
  slots.write('RpmP', 0)
  slots.writeUInt32LE(pages, 12)
  const parts = [slots]
  let block = (pages * 4096) / 16
  for (const [at, blob] of blobs.entries()) {
    const slot = (at + 2) * 16
    slots.write('Slot', slot)
    slots.writeUInt32LE(at + 1, slot + 4)
    slots.writeUInt32LE(block, slot + 8)
    const length = Math.ceil((16 + blob.length + 12) / 16) * 16
    slots.writeUInt32LE(length / 16, slot + 12)
    const bytes = Buffer.alloc(length)
    bytes.write('BlbS', 0)
    bytes.writeUInt32LE(at + 1, 4)
    bytes.writeUInt32LE(blob.length, 12)
    blob.copy(bytes, 16)
    parts.push(bytes)
    block += length / 16
  }
  return Buffer.concat(parts)
}

test('ndb', () => check({ '/usr/lib/sysimage/rpm/Packages.db': ndb(headers) }))

test('Berkeley DB is a gap', () => {
  const target = memoryTarget({ files: { '/var/lib/rpm/Packages': Buffer.alloc(4096, 1) } })
  assert.equal(openPackages(target).owner('/bin/sh').ownership, 'unknown')
  assert.match(target.gaps[0]?.why ?? '', /Berkeley/)
})

test('databases of random and mutated bytes are read without error', () => {
  const seed = ndb(headers.slice(0, 8))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 60 }), changes => {
      const bytes = Buffer.from(seed)
      for (const [at, value] of changes) bytes[at] = value
      const packages = openPackages(memoryTarget({ files: { ...files, '/var/lib/rpm/Packages.db': bytes } }))
      for (const path of Object.keys(files)) packages.owner(path)
    }),
    { numRuns: 200 },
  )
  const directory = mkdtempSync(join(tmpdir(), 'davylamp-rpm-'))
  const path = join(directory, 'rpmdb.sqlite')
  const database = new DatabaseSync(path)
  database.exec('PRAGMA page_size = 512; CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)')
  for (const one of headers.slice(0, 30)) database.prepare('INSERT INTO Packages (blob) VALUES (?)').run(one)
  database.close()
  const sqlite = readFileSync(path)
  rmSync(directory, { recursive: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(sqlite.length - 1), fc.nat(255)), { maxLength: 60 }), changes => {
      const bytes = Buffer.from(sqlite)
      for (const [at, value] of changes) bytes[at] = value
      const packages = openPackages(memoryTarget({ files: { ...files, '/var/lib/rpm/rpmdb.sqlite': bytes } }))
      for (const one of Object.keys(files)) packages.owner(one)
    }),
    { numRuns: 200 },
  )
})

const hasRpm = ['rpm', 'rpmbuild'].every(tool => spawnSync(tool, ['--version']).status === 0)

test('says of an installed package what rpm says', { skip: hasRpm ? false : 'needs rpm and rpmbuild' }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'davylamp-rpm-'))
  try {
    const root = join(directory, 'root')
    mkdirSync(join(root, 'var/lib/rpm'), { recursive: true })
    const share = '%{buildroot}/usr/share/tiny'
    writeFileSync(
      join(directory, 'tiny.spec'),
      `Name: tiny\nVersion: 1\nRelease: 2\nSummary: x\nLicense: x\nBuildArch: noarch\n%description\nx\n%install\nmkdir -p ${share} %{buildroot}/etc\n` +
        `for one in 1 2 3 4 5; do echo $one > ${share}/file-$one; done\nln -s file-1 ${share}/link\necho x > %{buildroot}/etc/tiny.conf\n` +
        '%files\n/usr/share/tiny\n%config /etc/tiny.conf\n',
    )
    const quiet = { stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'], encoding: 'utf8' as const }
    execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${directory}/top`, join(directory, 'tiny.spec')], quiet)
    const rpm = (...rest: string[]) => execFileSync('rpm', ['--root', root, '--dbpath', '/var/lib/rpm', ...rest], quiet)
    rpm('-i', '--nodeps', '--noscripts', join(directory, 'top/RPMS/noarch/tiny-1-2.noarch.rpm'))
    writeFileSync(join(root, 'usr/share/tiny/file-3'), 'changed')
    const packages = openPackages(mountedTree(root))
    const dump = rpm('-qa', '--dump')
      .trim()
      .split('\n')
      .map(line => line.split(' '))
    assert.deepEqual(packages.filesOf('tiny').toSorted(), dump.map(([path]) => path).toSorted())
    for (const [path, , , digest, mode] of dump) {
      if (path === undefined || !mode?.startsWith('0100')) continue
      const expected = path.endsWith('file-3') ? 'modified' : 'owned'
      assert.deepEqual(
        packages.owner(path),
        { ownership: expected, package: 'tiny', recordedDigest: `sha256:${digest}` },
        path,
      )
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})
