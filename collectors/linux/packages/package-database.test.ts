import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type MemoryFile, memoryTarget } from '../../../target/index.ts'
import { openPackages } from './package-database.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const sha1 = (text: string) => `Q1${createHash('sha1').update(text).digest('base64')}`

const status = `Package: procps
Status: install ok installed
Architecture: amd64
Version: 2:4.0.2
Conffiles:
 /etc/sysctl.conf ${md5('kept')}
 /etc/other.conf ${md5('before')}
 /etc/gone.conf ${md5('x')} obsolete
Description: text
 /etc/not-a-conffile ${md5('x')}

Package: tools
Status: install ok installed
Architecture: amd64
Version: 1
Multi-Arch: same

Package: taker
Status: install ok installed
Architecture: all
Version: 1

Package: removed
Status: deinstall ok not-installed
Architecture: all
`

const debian: Record<string, string | MemoryFile> = {
  '/var/lib/dpkg/status': status,
  '/var/lib/dpkg/info/procps.list':
    '/.\n/bin\n/bin/ps\n/usr/bin/top\n/usr/bin/free\n/usr/bin/skill\n/etc\n/etc/sysctl.conf\n/etc/other.conf\n',
  '/var/lib/dpkg/info/procps.md5sums': `${md5('ps')}  bin/ps\n${md5('top')}  usr/bin/top\n${md5('free')}  usr/bin/free\n`,
  '/var/lib/dpkg/info/tools:amd64.list': '/usr/bin/tool\n/usr/bin/taken\n/usr/bin/bare\n/usr/bin/link\n',
  '/var/lib/dpkg/info/tools:amd64.md5sums': `${md5('tool')}  usr/bin/tool\n${md5('taken')}  usr/bin/taken\n`,
  '/var/lib/dpkg/info/taker.list': '/usr/bin/taken\n',
  '/var/lib/dpkg/info/taker.md5sums': `${md5('new')}  usr/bin/taken\n`,
  '/var/lib/dpkg/info/removed.list': '/usr/bin/removed\n',
  '/var/lib/dpkg/info/planted.list': '/usr/bin/planted\n',
  '/var/lib/dpkg/diversions': '/usr/bin/taken\n/usr/bin/taken.real\ntaker\n',
  '/bin': { link: 'usr/bin' },
  '/usr/bin/ps': 'ps',
  '/usr/bin/top': 'not top',
  '/usr/bin/tool': 'tool',
  '/usr/bin/taken': 'new',
  '/usr/bin/taken.real': 'taken',
  '/usr/bin/bare': 'anything',
  '/usr/bin/link': { link: '/tmp/x' },
  '/usr/bin/removed': 'x',
  '/usr/bin/planted': 'x',
  '/usr/bin/skill': { link: 'top' },
  '/usr/bin/chosen': { link: '/etc/alternatives/chosen' },
  '/etc/alternatives/chosen': { link: '/usr/bin/tool' },
  '/etc/sysctl.conf': 'kept',
  '/etc/other.conf': 'changed',
  '/tmp/x': 'x',
}

test('dpkg: who owns what', () => {
  const packages = openPackages(memoryTarget({ files: debian }))
  const said = (path: string) => {
    const { ownership, package: name, recordedDigest } = packages.owner(path)
    return [ownership, name, recordedDigest?.slice(0, 8)].filter(one => one !== undefined).join(' ')
  }
  for (const [path, expected] of [
    ['/bin/ps', `owned procps md5:${md5('ps').slice(0, 4)}`],
    ['/usr/bin/ps', `owned procps md5:${md5('ps').slice(0, 4)}`],
    ['/usr/bin/top', `modified procps md5:${md5('top').slice(0, 4)}`],
    ['/bin/top', `modified procps md5:${md5('top').slice(0, 4)}`],
    ['/usr/bin/free', `modified procps md5:${md5('free').slice(0, 4)}`],
    ['/etc/sysctl.conf', `owned procps md5:${md5('kept').slice(0, 4)}`],
    ['/etc/other.conf', `conffile procps md5:${md5('before').slice(0, 4)}`],
    ['/etc/not-a-conffile', 'unowned'],
    ['/usr/bin/tool', `owned tools md5:${md5('tool').slice(0, 4)}`],
    ['/usr/bin/chosen', `owned tools md5:${md5('tool').slice(0, 4)}`],
    ['/usr/bin/taken', `owned taker md5:${md5('new').slice(0, 4)}`],
    ['/usr/bin/taken.real', `owned tools md5:${md5('taken').slice(0, 4)}`],
    ['/usr/bin/bare', 'owned tools'],
    ['/usr/bin/link', 'unowned'],
    ['/usr/bin/skill', `modified procps md5:${md5('top').slice(0, 4)}`],
    ['/usr/bin/removed', 'unowned'],
    ['/usr/bin/planted', 'unowned'],
    ['/usr/bin', 'owned procps'],
    ['/tmp/x', 'unowned'],
    ['/usr/bin/nothing', 'unowned'],
  ] as const) {
    assert.equal(said(path), expected, path)
  }
  assert.deepEqual(packages.packages()[0], {
    name: 'procps',
    version: '2:4.0.2',
    architecture: 'amd64',
    manager: 'dpkg',
  })
  assert.deepEqual(packages.filesOf('taker'), ['/usr/bin/taken'])
  assert.deepEqual([packages.packageOf('/bin/ps'), packages.packageOf('/tmp/x')], ['procps', undefined])
})

test('dpkg: /bin and /usr/bin are two places where /usr is not merged', () => {
  const { '/bin': _, ...apart } = debian
  const packages = openPackages(memoryTarget({ files: { ...apart, '/bin/ps': 'ps' } }))
  assert.deepEqual([packages.owner('/bin/ps').ownership, packages.owner('/usr/bin/ps').ownership], ['owned', 'unowned'])
})

test('dpkg: images that have only status.d', () => {
  const packages = openPackages(
    memoryTarget({
      files: {
        '/var/lib/dpkg/status.d/base': 'Package: base-files\nVersion: 12\nArchitecture: amd64\n',
        '/var/lib/dpkg/status.d/base.md5sums': `${md5('x')}  etc/host.conf\n`,
        '/etc/host.conf': 'x',
      },
    }),
  )
  assert.equal(packages.owner('/etc/host.conf').package, 'base-files')
})

const installed = `C:Q1abc=
P:busybox
V:1.36.1-r2
A:x86_64
F:bin
R:busybox
a:0:0:755
Z:${sha1('busybox')}
R:sh
a:0:0:777
Z:${sha1('/bin/busybox')}
F:etc
R:securetty
Z:${sha1('before')}

P:other
V:1
A:x86_64
F:usr/bin
R:tool
Z:${sha1('tool')}
`

test('apk: who owns what', () => {
  const packages = openPackages(
    memoryTarget({
      files: {
        '/lib/apk/db/installed': installed,
        '/bin/busybox': 'busybox',
        '/bin/sh': { link: '/bin/busybox' },
        '/bin/ls': { link: '/bin/busybox' },
        '/etc/securetty': 'changed',
        '/usr/bin/tool': 'wrapper',
      },
    }),
  )
  for (const [path, expected] of [
    ['/bin/busybox', 'owned'],
    ['/bin/sh', 'owned'],
    ['/bin/ls', 'owned'],
    ['/etc/securetty', 'conffile'],
    ['/usr/bin/tool', 'modified'],
    ['/usr/bin/else', 'unowned'],
  ] as const) {
    assert.equal(packages.owner(path).ownership, expected, path)
  }
  assert.equal(packages.packages().length, 2)
})

test('without a database nothing is known, and that is a gap', () => {
  const target = memoryTarget({ files: { '/bin/sh': 'x' } })
  assert.deepEqual(openPackages(target).owner('/bin/sh'), { ownership: 'unknown' })
  assert.equal(target.gaps.length, 1)
})

test('dpkg: diversions of empty lines end', () => {
  const packages = openPackages(memoryTarget({ files: { ...debian, '/var/lib/dpkg/diversions': '\n\n:\n' } }))
  assert.equal(packages.owner('').ownership, 'unowned')
})

test('databases of random and mutated bytes are read without error', () => {
  const whole = fc.constantFrom(status, installed, String(debian['/var/lib/dpkg/info/procps.list']))
  const mutated = fc
    .tuple(whole, fc.nat(900), fc.string({ unit: 'binary', maxLength: 30 }))
    .map(([text, at, noise]) => text.slice(0, at) + noise + text.slice(at))
  const text = fc.oneof(mutated, fc.string({ maxLength: 500, unit: 'binary' }))
  fc.assert(
    fc.property(text, text, text, text, (one, two, three, four) => {
      const target = memoryTarget({
        files: {
          ...debian,
          '/var/lib/dpkg/status': `${one}\n\n${status}`,
          '/var/lib/dpkg/info/procps.list': two,
          '/var/lib/dpkg/info/procps.md5sums': three,
          '/var/lib/dpkg/diversions': four,
          '/lib/apk/db/installed': one,
        },
      })
      const packages = openPackages(target)
      for (const path of ['/usr/bin/ps', '/usr/bin/taken', '/', '', 'x', '/etc/other.conf']) packages.owner(path)
      packages.filesOf('procps')
    }),
    { numRuns: 150 },
  )
})
