import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { blindedHost, hiddenName } from './blinded-host.ts'
import { ownLoader } from './own-loader.ts'
import { loaderName, prepareRuntime } from './own-runtime.ts'

const repository = join(import.meta.dirname, '..')
const node = realpathSync('/proc/self/exe').endsWith(loaderName) ? undefined : process.execPath

let folder = ''
let place = ''
let sleeper: ChildProcess

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'davylamp-runtime-'))
  place = join(folder, 'own runtime')
  mkdirSync(join(folder, 'seen'))
  writeFileSync(join(folder, 'seen', hiddenName), 'here')
  sleeper = spawn('sleep', ['300'], { stdio: 'ignore' })
  if (node !== undefined) prepareRuntime(place, node)
})
after(() => {
  sleeper.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

function own(...args: string[]): string[] {
  return [join(place, loaderName), '--inhibit-cache', '--library-path', place, node ?? '', ...quiet, ...args]
}
const quiet = ['--disable-warning=ExperimentalWarning', '--openssl-config=/dev/null']

test('is prepared once, and again when a library changed', t => {
  if (node === undefined) return t.skip('runs under the own loader already')
  assert.equal(prepareRuntime(place, node), false)
  const stamp = join(place, 'made-from.json')
  const first = realpathSync(place)
  writeFileSync(stamp, readFileSync(stamp, 'utf8').replace(/\d+ \d/, '1 1'))
  assert.equal(prepareRuntime(place, node), true)
  assert.notEqual(realpathSync(place), first)
  assert.equal(prepareRuntime(place, node), false)
})

test('a loader that it does not know is refused', () => {
  assert.throws(() => ownLoader(Buffer.from('no loader')), /not one that we know/)
})

test('loads nothing of the host, whatever the cache and the directories of the host say', t => {
  if (node === undefined) return t.skip('runs under the own loader already')
  const script = `
    const { DynamicLibrary } = require('node:ffi')
    let foreign = 'loaded'
    try { new DynamicLibrary('libz.so.1') } catch { foreign = 'refused' }
    require('node:os').userInfo()
    require('node:crypto').createHash('sha256').update('x').digest()
    const maps = require('node:fs').readFileSync('/proc/self/maps', 'utf8')
    const files = new Set(maps.split('\\n').map(line => line.slice(73)).filter(path => path.startsWith('/')))
    new (require('node:worker_threads').Worker)(
      'require("node:worker_threads").parentPort.postMessage(1 + 1)', { eval: true },
    ).on('message', worker => console.log(JSON.stringify({ foreign, worker, files: [...files] })))`
  const done = spawnSync(own()[0] ?? '', [...own().slice(1), '-e', script], { encoding: 'utf8', env: {}, cwd: '/' })
  assert.equal(done.stderr, '')
  const said = JSON.parse(done.stdout) as { foreign: string; worker: number; files: string[] }
  const foreignFiles = said.files.filter(path => path !== node && !path.startsWith(realpathSync(place)))
  assert.deepEqual({ ...said, files: foreignFiles }, { foreign: 'refused', worker: 2, files: [] })
})

const look = `
  import { readdirSync, opendirSync, existsSync, readFileSync } from 'node:fs'
  import { processExists } from ${JSON.stringify(join(repository, 'native/read/process-exists.ts'))}
  const [folder, name, pid] = process.argv.slice(1)
  const walk = []
  const directory = opendirSync(folder)
  for (let one = directory.readSync(); one; one = directory.readSync()) walk.push(one.name)
  let content = ''
  try { content = readFileSync(folder + '/' + name, 'utf8') } catch {}
  let signalled = true
  try { process.kill(Number(pid), 0) } catch { signalled = false }
  console.log(JSON.stringify({
    listed: readdirSync(folder).includes(name), walked: walk.includes(name), exists: existsSync(folder + '/' + name),
    content, process: readdirSync('/proc').includes(pid), signalled, native: processExists(Number(pid)),
  }))`

const everything = {
  listed: true,
  walked: true,
  exists: true,
  content: 'here',
  process: true,
  signalled: true,
  native: true,
}
for (const [strength, blinded] of [
  ['readdir', { ...everything, listed: false, walked: false, process: false }],
  [
    'strong',
    { listed: false, walked: false, exists: false, content: '', process: false, signalled: false, native: false },
  ],
] as const)
  test(`sees what a preloaded library hides from every other program: ${strength}`, (t: TestContext) => {
    if (node === undefined) return t.skip('runs under the own loader already')
    const pid = sleeper.pid ?? 0
    const host = blindedHost(folder, pid, strength)
    if (typeof host === 'string') return t.skip(host)
    const args = ['--input-type=module', '-e', look, join(folder, 'seen'), hiddenName, String(pid)]
    const plain = host.run([node, ...quiet, ...args], { cwd: '/' })
    const clear = host.run(own(...args), { cwd: '/' })
    assert.equal(clear.err, '')
    const said = JSON.parse(plain.out) as typeof everything
    // How the native door asks is its own affair; what counts is that the ordinary way is blind.
    assert.deepEqual({ ...said, native: blinded.native }, blinded)
    assert.deepEqual(JSON.parse(clear.out), everything)
  })
