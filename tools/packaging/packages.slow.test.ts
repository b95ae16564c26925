import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { architectureNames } from './about.ts'
import { compiledLauncher, NoCompiler } from './single.ts'
import { sbomSchema } from './testing/sbom-schema.ts'

const root = resolve(import.meta.dirname, '../..')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
const { deb: debName, rpm: rpmName } = architectureNames(process.arch)
const names = {
  deb: `davylamp_${version}_${debName}.deb`,
  rpm: `davylamp-${version}-1.${rpmName}.rpm`,
  single: `davylamp-${version}-linux-${process.arch}`,
}
const key = generateKeyPairSync('ed25519')
let scratch = ''
let out = ''

/** As a person makes them; `env` is all that the surroundings say. */
function make(words: readonly string[], env: Record<string, string> = {}) {
  const node = ['--disable-warning=ExperimentalWarning', join(root, 'tools/package.ts')]
  const done = spawnSync(process.execPath, [...node, ...words], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  return { status: done.status, out: done.stdout, err: done.stderr }
}

/** What a program prints; undefined where it is not installed. */
function printed(program: string, ...words: readonly string[]): string | undefined {
  const done = spawnSync(program, words, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 1 << 26 })
  if (done.error !== undefined) return undefined
  assert.equal(done.status, 0, `${program} ${words.join(' ')}: ${done.stdout}${done.stderr}`)
  return done.stdout
}

before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'davylamp-packages-'))
  out = join(scratch, 'out')
  const keyFile = join(scratch, 'release.pem')
  writeFileSync(keyFile, key.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const done = make(['--out', out, '--key', keyFile])
  assert.equal(done.status, 0, done.err)
})
after(() => rmSync(scratch, { recursive: true, force: true }))

test('all kinds are made, the sums agree and are signed', () => {
  const sums = readFileSync(join(out, 'SHA256SUMS'))
  const listed = sums.toString().match(/[^ \n]+$/gm)
  assert.deepEqual([...(listed ?? []), 'SHA256SUMS', 'SHA256SUMS.sig'].sort(), readdirSync(out).sort())
  assert.deepEqual(listed?.length, 5)
  assert.equal(spawnSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: out }).status, 0)
  const publicKey = createPublicKey(key.publicKey.export({ type: 'spki', format: 'pem' }))
  assert.equal(verify(null, sums, publicKey, readFileSync(join(out, 'SHA256SUMS.sig'))), true)
})

test('the same sources give the same bytes, wherever and whenever', () => {
  const again = join(scratch, 'again')
  const done = make(['--out', again], { TZ: 'Asia/Tokyo', LANG: 'ja_JP.UTF-8', HOME: scratch, TMPDIR: scratch })
  assert.equal(done.status, 0, done.err)
  assert.equal(readFileSync(join(again, 'SHA256SUMS'), 'utf8'), readFileSync(join(out, 'SHA256SUMS'), 'utf8'))
  assert.equal(existsSync(join(again, 'SHA256SUMS.sig')), false)
  const other = make(['--out', again, '--only', 'sbom'], { SOURCE_DATE_EPOCH: '1800000000' })
  assert.equal(other.status, 0, other.err)
  const [name = ''] = readdirSync(again).filter(one => one.endsWith('.cdx.json'))
  assert.match(readFileSync(join(again, name), 'utf8'), /"timestamp": "2027-01-15T08:00:00\.000Z"/)
})

test('wrong words are told, and help is there', () => {
  assert.match(make(['--only', 'msi']).err, /no kind of package msi/)
  assert.equal(make(['--only', 'msi']).status, 64)
  assert.equal(make(['--nonsense']).status, 64)
  assert.match(make(['--help']).out, /--only LIST/)
})

test('a Debian package as dpkg and lintian want it', t => {
  const deb = join(out, names.deb)
  const listing = printed('dpkg-deb', '--contents', deb)
  if (listing === undefined) return t.skip('there is no dpkg-deb')
  assert.match(listing, /-rw------- root\/root +\d+ 2026-01-01 00:00 \.\/etc\/davylamp\/agent\.yml\n/)
  assert.match(
    listing,
    /lrwxrwxrwx root\/root +0 2026-01-01 00:00 \.\/usr\/bin\/davylamp -> \.\.\/lib\/davylamp\/davylamp\n/,
  )
  assert.equal(printed('dpkg-deb', '--field', deb, 'Version'), `${version}\n`)
  for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
    const text = printed('dpkg-deb', '--info', deb, script) ?? ''
    assert.equal(spawnSync('sh', ['-n'], { input: text }).status, 0, script)
  }
  const complaints = spawnSync('lintian', ['--allow-root', '--fail-on', 'error,warning', deb], { encoding: 'utf8' })
  if (complaints.error !== undefined) return t.diagnostic('there is no lintian')
  assert.deepEqual([complaints.stdout.match(/^[EW]: .*$/gm), complaints.status], [null, 0])
})

test('an RPM package as rpm wants it, which leaves nothing', t => {
  const rpm = join(out, names.rpm)
  const checked = printed('rpm', '--checksig', '--verbose', rpm)
  if (checked === undefined) return t.skip('there is no rpm')
  assert.equal(checked.match(/: OK$/gm)?.length, 4, checked)
  const files = (printed('rpm', '-qpl', rpm) ?? '').split('\n')
  for (const file of ['/usr/bin/davylamp', '/usr/lib/davylamp/runtime/node', '/usr/share/man/man8/davylamp-agent.8.gz'])
    assert.ok(files.includes(file), file)
  assert.equal(printed('rpm', '-qpc', rpm), '/etc/davylamp/agent.yml\n')
  for (const script of (printed('rpm', '-qp', '--scripts', rpm) ?? '').split(/^.*scriptlet \(using \/bin\/sh\):$/m))
    assert.equal(spawnSync('sh', ['-n'], { input: script }).status, 0, script)
  if (process.getuid?.() !== 0) return t.skip('needs root')
  const host = join(scratch, 'host')
  mkdirSync(host)
  const there = ['--root', host, '--dbpath', '/var/lib/rpm']
  printed('rpm', ...there, '-i', '--nodeps', '--noscripts', rpm)
  assert.equal(printed(join(host, 'usr/lib/davylamp/davylamp'), '--version'), `${version}\n`)
  rmSync(join(host, 'usr/lib/davylamp/.cache'), { recursive: true, force: true })
  assert.equal(printed('rpm', ...there, '-V', '--nodeps', 'davylamp'), '')
  printed('rpm', ...there, '-e', '--noscripts', 'davylamp')
  const left = printed('find', host, '-name', '*davylamp*')
  assert.equal(left, '')
})

test('what of others is inside: a CycloneDX document in which every reference leads somewhere', () => {
  const [name = ''] = readdirSync(out).filter(one => one.endsWith('.cdx.json'))
  const document = JSON.parse(readFileSync(join(out, name), 'utf8')) as {
    components: { 'bom-ref': string; name: string; purl: string; hashes?: unknown[] }[]
    dependencies: { ref: string; dependsOn: string[] }[]
    metadata: { component: { 'bom-ref': string } }
  }
  const holds = new Ajv2020({ strict: false }).compile(sbomSchema)
  assert.equal(holds(document), true, JSON.stringify(holds.errors))
  const known = new Set([document.metadata.component['bom-ref'], ...document.components.map(one => one['bom-ref'])])
  assert.equal(known.size, document.components.length + 1, 'each has a reference of its own')
  for (const { ref, dependsOn } of document.dependencies)
    for (const one of [ref, ...dependsOn]) assert.ok(known.has(one), one)
  const reached = new Set(document.dependencies.flatMap(one => one.dependsOn))
  const alone = document.components.filter(one => !reached.has(one['bom-ref'])).map(one => one.purl)
  assert.deepEqual(alone, [], 'nothing is inside that nothing needs')
  const purls = document.components.map(one => one.purl).join('\n')
  assert.match(purls, /^pkg:npm\/node-linux-\w+@26\./m)
  assert.match(purls, /^pkg:npm\/%40virustotal\/yara-x@/m)
  for (const one of document.components.filter(({ purl }) => purl.startsWith('pkg:npm/')))
    assert.equal(one.hashes?.length, 1, `${one.purl} has no hash`)
})

const inOwnMounts = `set -e
for place in /var/lib /run /dev/shm; do mount -t tmpfs -o mode=0755,$flags none $place; done
mount -t tmpfs -o mode=1777,$flags none /tmp
`

/** The one file on a host whose usual places are empty and its own. `script` is shell and finds the file as `$1`. */
function onEmptyHost(
  script: string,
  { flags = 'size=300m', env = {} }: { flags?: string; env?: Record<string, string> } = {},
) {
  // Below /tmp it would be covered.
  const line = `mount -t tmpfs none /mnt && cp "$0" /mnt/davylamp\n${inOwnMounts.replaceAll('$flags', flags)}${script}`
  const file = join(out, names.single)
  const done = spawnSync('unshare', ['-m', 'sh', '-c', line, file, '/mnt/davylamp'], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
  })
  return { status: done.status, out: done.stdout, err: done.stderr }
}

const rootOnly = process.getuid?.() === 0 ? false : 'needs root'

test('one file: unpacked once, whatever the environment says', { skip: rootOnly }, () => {
  const hostile = { LD_PRELOAD: '/nowhere.so', LD_AUDIT: '/nowhere.so', NODE_OPTIONS: '--no-such-option' }
  const done = onEmptyHost(
    `$1 --version; ls -id /var/lib/davylamp/program/*; env -i $1 --version; ls -id /var/lib/davylamp/program/*; stat -c %a /var/lib/davylamp/program`,
    { env: hostile },
  )
  const lines = done.out.trim().split('\n')
  assert.deepEqual([done.status, lines[0], lines[2], lines[4]], [0, version, version, '700'], done.err)
  assert.match(lines[1] ?? '', new RegExp(`/${version}-[0-9a-f]{16}$`))
  assert.equal(lines[3], lines[1])
})

test('one file: it scans, and the commands that it shows name it', { skip: rootOnly }, () => {
  const done = onEmptyHost('mkdir -p /mnt/tree/etc; $1 scan --root /mnt/tree --no-save --json; $1 --help')
  assert.match(done.out, /"verdict":"nothing"/, done.err)
  assert.match(done.out, /^ {2}\/mnt\/davylamp scan /m)
})

test('no form of the package is taken for what its rules describe', () => {
  const tree = join(scratch, 'tree')
  mkdirSync(join(tree, 'etc'), { recursive: true })
  mkdirSync(join(tree, 'opt'))
  for (const name of readdirSync(out)) cpSync(join(out, name), join(tree, 'opt', name))
  const words = ['--state', join(scratch, 'state'), 'scan', '--root', tree, '--path', '/opt', '--no-save', '--json']
  const done = spawnSync(join(root, 'davylamp'), words, { encoding: 'utf8', maxBuffer: 1 << 26 })
  const { verdict, findings } = JSON.parse(done.stdout) as { verdict: string; findings: unknown[] }
  assert.deepEqual([verdict, findings], ['nothing', []], done.stderr)
})

test('one file: where a folder cannot be used, the next is', { skip: rootOnly }, () => {
  const place = (script: string) =>
    onEmptyHost(
      `${script}\n$1 --version; find / -xdev -name .boot -path '*davylamp*' 2>/dev/null; find /run /dev/shm /tmp -maxdepth 4 -name .boot`,
    )
  assert.match(place('mount -o remount,ro /var/lib').out, /^\/run\/davylamp\/program\//m)
  const memory = place('mount -o remount,noexec /var/lib; mount -o remount,noexec /run')
  assert.match(memory.out, /^\/dev\/shm\/davylamp-0\//m)
  // A folder that is somebody else's is nobody's.
  const taken = place(
    'mount -o remount,noexec /var/lib; mount -o remount,noexec /run; mkdir /dev/shm/davylamp-0; chown 1 /dev/shm/davylamp-0',
  )
  assert.match(taken.out, /^\/tmp\/davylamp-0\//m)
  const full = onEmptyHost('$1 --version', { flags: 'size=1m' })
  assert.equal(full.status, 70)
  assert.match(full.err, /^davylamp: found no folder to unpack itself into: /)
  assert.equal(onEmptyHost('$1 --version || find /var/lib /run /dev/shm /tmp -type f', { flags: 'size=1m' }).out, '')
})

test('one file: as another user it lies in a folder of that user', { skip: rootOnly }, () => {
  const done = onEmptyHost(
    'chmod 1777 /dev/shm; setpriv --reuid 65534 --clear-groups $1 --version; stat -c "%u %a" /dev/shm/davylamp-65534',
  )
  assert.deepEqual([done.out, done.status], [`${version}\n65534 700\n`, 0], done.err)
})

test('one file: what earlier boots left goes, and nothing else', { skip: rootOnly }, () => {
  const done = onEmptyHost(`cd /var/lib; mkdir -p -m 0700 davylamp/program
mkdir -p davylamp/program/0.0.9-old/deep/er davylamp/program/mine
echo earlier > davylamp/program/0.0.9-old/.boot; echo x > davylamp/program/0.0.9-old/deep/er/file; echo earlier > davylamp/.boot; echo earlier > .boot
$1 --version; ls -A . davylamp davylamp/program | grep -v ${version}-`)
  assert.deepEqual(
    done.out.trim().split('\n'),
    [version, '.:', '.boot', 'davylamp', '', 'davylamp:', '.boot', 'program', '', 'davylamp/program:', 'mine'],
    done.err,
  )
})

test('one file: a folder of an earlier boot is made anew', { skip: rootOnly }, () => {
  const done = onEmptyHost(`$1 --version; cd /var/lib/davylamp/program/*; echo earlier > .boot; : > cli/main.js
$1 --version; test -s /var/lib/davylamp/program/*/cli/main.js && ls -A /var/lib/davylamp/program | wc -l`)
  assert.deepEqual([done.status, done.out], [0, `${version}\n${version}\n1\n`], done.err)
})

test('one file: several that start at once agree', { skip: rootOnly }, () => {
  const done = onEmptyHost('for i in 1 2 3 4; do $1 --version & done; wait; ls -A /var/lib/davylamp/program | wc -l', {
    flags: 'size=900m',
  })
  assert.deepEqual([done.status, done.out], [0, `${`${version}\n`.repeat(4)}1\n`], done.err)
})

test('one file: damaged or cut off, it says so and unpacks nothing', { skip: rootOnly }, () => {
  const looked = 'ls -A /var/lib/davylamp/program'
  const damaged = onEmptyHost(
    `printf x | dd of=$1 bs=1 seek=20000000 conv=notrunc status=none; $1 --version || echo $?; ${looked}`,
  )
  assert.deepEqual([damaged.out, damaged.err], ['70\n', 'davylamp: this file is damaged: get it again\n'])
  const cut = onEmptyHost('truncate -s 30000000 $1; $1 --version || echo $?; ls -A /var/lib')
  assert.deepEqual([cut.out, cut.err], ['70\n', 'davylamp: this file is cut off: get it again\n'])
})

test('one file: the launcher of the other processor starts', t => {
  const other = process.arch === 'x64' ? 'arm64' : 'x64'
  let launcher: Buffer
  try {
    launcher = compiledLauncher(other)
  } catch (error) {
    if (error instanceof NoCompiler) return t.skip(error.message)
    throw error
  }
  const file = join(scratch, `launcher-${other}`)
  writeFileSync(file, launcher, { mode: 0o755 })
  const emulator = `qemu-${other === 'arm64' ? 'aarch64' : 'x86_64'}-static`
  const done = spawnSync(emulator, [file], { encoding: 'utf8' })
  if (done.error !== undefined) return t.skip(`there is no ${emulator}`)
  assert.deepEqual([done.status, done.stderr], [70, 'davylamp: this file is cut off: get it again\n'])
})
