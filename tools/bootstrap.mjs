// The only file that runs on whatever node is there (20 or later): it installs what is missing and hands over to the
// pinned runtime. Everything else is TypeScript.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const machine = process.arch === 'arm64' ? 'arm64' : 'x64'
const runtime = join(root, 'node_modules', `node-linux-${machine}`, 'bin', 'node')
const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const flags = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks']

const commands = {
  start,
  check,
  test,
  verify: () => node(['tools/verify.ts', ...rest]),
  range: () => {
    installPackages()
    return node(['test/range/range-shell.ts', ...rest])
  },
  package: () => node(['tools/package.ts', ...rest]),
  screenshots: () => {
    installPackages()
    buildConsole()
    return node(['test/console/screenshots.ts', ...rest])
  },
  bench: () => node(['tools/bench.ts', ...rest]),
}

const [name = 'start', ...rest] = process.argv.slice(2)
const command = commands[name]
if (command === undefined) fail(`unknown command ${name}; there are: ${Object.keys(commands).join(', ')}`)
if (process.platform !== 'linux') fail('Davylamp runs on Linux')
installModules()
prepareRuntime()
process.exitCode = command()

/** A center, an agent for this host and the first scan. Other hosts get their package from the center. */
function start() {
  if (!existsSync(join(root, 'dist', `davylamp-${about.version}-linux-${machine}.tar.gz`))) {
    console.error('Making the package for hosts (once, about 10 seconds) …')
    if (node(['tools/package.ts', '--only', 'tar']) !== 0)
      console.error('There is no package for other hosts: see above. Going on without.')
  }
  buildConsole()
  return run('./davylamp', ['up', ...rest])
}

/** Format, lint, types and the quick tests: within a minute. */
function check() {
  return (
    run(bin('biome'), ['ci', '.']) ||
    run(bin('tsc'), ['-p', '.']) ||
    run(bin('tsc'), ['-p', 'console']) ||
    runTests(testFiles().filter(file => !isSlow(file) && !startsPrograms(file)))
  )
}

function test() {
  installPackages()
  buildConsole()
  return (
    run(bin('biome'), ['ci', '.']) ||
    run(bin('tsc'), ['-p', '.']) ||
    run(bin('tsc'), ['-p', 'console']) ||
    runTests(testFiles())
  )
}

/** A few seconds when something of it changed, else nothing. */
function buildConsole() {
  if (node(['tools/build-console.ts']) !== 0) fail('the console could not be built: see above')
}

/** What tests of the console show, told by real hosts in ranges: 80 seconds, once. Never a reason to stop: those tests say what is missing. */
function recordHosts() {
  node(['test/console/record-once.ts'])
}

/** All of the tree, so that no folder can be forgotten; `npm test -- WORD …` takes those whose path has one of the words. */
function testFiles() {
  const apart = ['-name', 'node_modules', '-o', '-path', './.*', '-o', '-path', './dist']
  const tests = ['-type', 'f', '-name', '*.test.ts', '-print']
  const listed = spawnSync('find', ['.', '(', ...apart, ')', '-prune', '-o', ...tests], { cwd: root, encoding: 'utf8' })
  const all = listed.stdout.split('\n').map(file => file.slice(2))
  const wanted = all.filter(file => file !== '' && !isStory(file)).sort()
  return rest.length > 0 ? wanted.filter(file => rest.some(word => file.includes(word))) : wanted
}

/** Whole stories of a center with hosts that boot: `npm run verify stories`. */
function isStory(file) {
  return /^test\/(?:center\/|range\/agent-)/.test(file)
}

function isSlow(file) {
  return file.startsWith('test/range/') || file.startsWith('test/first/') || file.endsWith('.slow.test.ts')
}

/** Tests that start the program or other programs again and again: for every test run, not for every look at one's work. */
function startsPrograms(file) {
  return /^(cli|remedies|tools|agent|center)\//.test(file) && !file.startsWith('cli/print/')
}

function runTests(files) {
  // Ranges share the machine's loop devices and cgroups and are timed to the second: they run after the rest, one by one.
  const firsts = files.filter(file => file.startsWith('test/first/'))
  const slow = files.filter(file => isSlow(file) && !firsts.includes(file))
  const alone = slow.filter(file => !ownsItsServers(file))
  let status = 0
  if (slow.some(file => file.startsWith('test/console/'))) recordHosts()
  if (firsts.length > 0) status = node(['--test', ...firsts]) || status
  for (const [flags, some] of [
    [['--test-timeout=300000'], files.filter(file => !isSlow(file))],
    [['--test-concurrency=2', '--test-timeout=900000'], slow.filter(ownsItsServers)],
    [['--test-concurrency=1', '--test-timeout=1500000'], alone],
  ])
    if (some.length > 0) status = node(['--test', ...flags, ...some]) || status
  return status
}

/** Tests that start databases and servers of their own, in folders and on ports of their own. */
function ownsItsServers(file) {
  return /^(center|agent|client|test\/console)\//.test(file)
}

function installModules() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = join(root, 'node_modules', '.davylamp-lock')
  if (existsSync(runtime) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('Installing the runtime and libraries (npm ci) …')
  // One library would tell its maker that it was installed.
  process.env.SCARF_ANALYTICS = 'false'
  const status = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  if (status !== 0) fail('npm ci failed: see its message above', status)
  if (!existsSync(runtime)) fail(`there is no runtime for ${process.arch}: Davylamp runs on x86-64 and arm64`)
  writeFileSync(stamp, lock)
}

function prepareRuntime() {
  if (!existsSync(join(root, 'tools', 'runtime.ts'))) return
  const status = node(['tools/runtime.ts'])
  if (status !== 0) console.error('The own loader could not be prepared; Davylamp uses the one of this host.')
}

/** Never a reason to stop: what is missing is told, and tests that need it say so. */
function installPackages() {
  node(['tools/install-packages.ts'])
}

function bin(tool) {
  return join(root, 'node_modules', '.bin', tool)
}

function node(args) {
  return run(runtime, [...flags, ...args])
}

function run(program, args) {
  const done = spawnSync(program, args, { cwd: root, stdio: 'inherit' })
  if (done.error !== undefined) fail(`${program}: ${done.error.message}`)
  return done.status ?? 70
}

function fail(message, status = 70) {
  console.error(`davylamp: ${message}`)
  process.exit(status || 70)
}
