import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

/** Which way imports run. A folder may import itself and those named here. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  native: ['model'],
  target: ['model', 'native'],
  collectors: ['model', 'native', 'target'],
  detect: ['model', 'native', 'target'],
  sensors: ['model', 'native', 'target'],
  remedies: ['model', 'native', 'target'],
  engine: ['model'],
  rulebook: ['model', 'native', 'target', 'collectors', 'detect', 'engine'],
  notify: ['model'],
  client: ['model'],
  agent: ['model', 'native', 'target', 'collectors', 'detect', 'sensors', 'remedies', 'engine', 'rulebook', 'notify'],
  cli: [
    'model',
    'native',
    'target',
    'collectors',
    'detect',
    'sensors',
    'remedies',
    'engine',
    'rulebook',
    'notify',
    'client',
    'agent',
    'center',
  ],
  center: ['model', 'native', 'target', 'collectors', 'detect', 'engine', 'rulebook', 'notify'],
  console: ['model', 'client'],
}

/** The modules of node that reach outside, which a folder that only thinks has no use for. */
const outside =
  /^(?:node:)?(?:fs|child_process|net|dgram|dns|http|http2|https|tls|os|worker_threads|cluster|ffi|vm)(?:\/|$)/
const thinkingOnly = new Map([
  ['model', outside],
  ['engine', outside],
])

/** Further front doors: what a scan of one host has no use for, and so must not load. */
const doors = new Set([
  'detect/sigma/index.ts',
  'detect/yara/index.ts',
  'detect/traffic/listen.ts',
  'model/wire/index.ts',
  'model/api/index.ts',
  'agent/orders/index.ts',
  'agent/response/index.ts',
  'client/node.ts',
  'engine/sentence.ts',
  'engine/story/index.ts',
  'rulebook/event-rules.ts',
  'engine/brute-force.ts',
  'detect/intel/index.ts',
  'detect/intel/feeds/index.ts',
  'target/bytes.ts',
  'target/journal/testing/read-journal.ts',
])

/** What a module of node is good for without reaching outside. */
const harmless = new Map([['node:net', /^\{\s*(?:type )?isIP(?:v[46])?(?:,\s*isIP(?:v[46])?)*\s*\}$/]])

const importPattern =
  /(?:^|[\n;])\s*(?:import|export)\s+(?:type\s+)?(?:([\w\s{},*$]+?)\s+from\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g

interface Import {
  readonly file: string
  readonly names: string
  readonly from: string
}

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(importPattern)].map(([, names = '', from = '', dynamic = '']) => ({
    file,
    names,
    from: from || dynamic,
  }))
}

/** What is wrong with an import, in words; `undefined` when nothing is. */
function complaint({ file, names, from }: Import): string | undefined {
  const folder = file.split('/')[0] ?? ''
  if (!from.startsWith('.')) {
    if (isTest(file) || thinkingOnly.get(folder)?.test(from) !== true) return undefined
    return harmless.get(from)?.test(names) ? undefined : `${folder} only thinks: ${file} imports ${from}`
  }
  const path = join(dirname(file), from)
  const other = path.split('/')[0] ?? ''
  if (path.startsWith('..')) return `${file} imports from outside of the repository: ${from}`
  if (folder !== 'remedies' && path.startsWith('native/write/') && !file.startsWith('native/write/') && !isTest(file))
    return `only remedies changes a host: ${file} imports ${path}`
  if (folder !== 'sensors' && path.startsWith('native/gate/') && folder !== 'native' && !isTest(file))
    return `only sensors decides over execs: ${file} imports ${path}`
  if (other === folder || isFile(other)) return undefined
  if (isTest(file) && ['test', 'hosts', 'tools'].includes(other)) return undefined
  if (!mayImport[folder]?.includes(other)) return `${other} reached from ${folder}: ${file} imports from ${other}`
  if (other === 'native' || doors.has(path) || path === `${other}/index.ts`) return undefined
  return `${other} entered beside its index.ts: ${file} imports ${path}`
}

/** Tests build hosts of their own and so may write. */
function isTest(file: string): boolean {
  return file.endsWith('.test.ts')
}

function isFile(name: string): boolean {
  return name.includes('.')
}

const root = join(import.meta.dirname, '..')
const files = Object.keys(mayImport)
  .flatMap(folder => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }))
  .filter(file => !file.includes('node_modules'))

test('imports run one way, and enter a folder by its front door', () => {
  assert.ok(files.length > 100, `only ${files.length} files were found`)
  const complaints = files
    .flatMap(file => importsOf(file, readFileSync(join(root, file), 'utf8')))
    .map(complaint)
    .filter(one => one !== undefined)
  assert.deepEqual(complaints, [])
})

test('every folder that holds code is in the table', () => {
  const known = new Set([...Object.keys(mayImport), 'test', 'tools', 'hosts', 'bench', 'rules', 'node_modules'])
  const unknown = globSync('*/**/*.ts', { cwd: root, exclude: ['node_modules', '.cache', 'dist', '.git'] })
    .map(file => file.split('/')[0] ?? '')
    .filter(folder => !known.has(folder))
  assert.deepEqual([...new Set(unknown)], [])
})

for (const [file, text, expected] of [
  ['engine/a.ts', "import { b } from './b.ts'", undefined],
  ['engine/walk/a.ts', "import { b } from '../b.ts'", undefined],
  ['engine/a.ts', "import type { Fact } from '../model/index.ts'", undefined],
  [
    'collectors/linux/cron.ts',
    "import {\n  plan,\n  type Plan,\n} from '../../engine/index.ts'",
    'engine reached from collectors: collectors/linux/cron.ts imports from engine',
  ],
  [
    'collectors/linux/cron.ts',
    "const { plan } = await import('../../engine/index.ts')",
    'engine reached from collectors: collectors/linux/cron.ts imports from engine',
  ],
  [
    'detect/a.ts',
    "export * from '../collectors/index.ts'",
    'collectors reached from detect: detect/a.ts imports from collectors',
  ],
  [
    'cli/a.ts',
    "import '../native/write/signal.ts'",
    'only remedies changes a host: cli/a.ts imports native/write/signal.ts',
  ],
  ['remedies/a.ts', "import { kill } from '../native/write/signal.ts'", undefined],
  ['sensors/a.ts', "import { openExecGate } from '../native/gate/exec-permission.ts'", undefined],
  [
    'agent/a.ts',
    "import { openExecGate } from '../native/gate/exec-permission.ts'",
    'only sensors decides over execs: agent/a.ts imports native/gate/exec-permission.ts',
  ],
  [
    'cli/a.ts',
    "import { x } from '../target/live.ts'",
    'target entered beside its index.ts: cli/a.ts imports target/live.ts',
  ],
  ['cli/a.ts', "import about from '../package.json' with { type: 'json' }", undefined],
  ['engine/a.ts', "import { readFileSync } from 'node:fs'", 'engine only thinks: engine/a.ts imports node:fs'],
  ['engine/a.ts', "import { isIP } from 'node:net'", undefined],
  ['engine/a.ts', "import { connect, isIP } from 'node:net'", 'engine only thinks: engine/a.ts imports node:net'],
  ['engine/a.ts', "import { createHash } from 'node:crypto'", undefined],
] as const)
  test(`${file}: ${text.replaceAll('\n', ' ')}`, () =>
    assert.deepEqual(importsOf(file, text).map(complaint), [expected]))
