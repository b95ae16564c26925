import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

// The stories of a center with hosts that boot, one by one: `npm run verify stories [WORD]`.
const root = join(import.meta.dirname, '..', '..')
const word = process.argv[2] ?? ''
const files = globSync(['test/center/*.test.ts', 'test/range/agent-*.test.ts'], { cwd: root })
  .filter(file => file.includes(word))
  .sort()
if (files.length === 0) throw new Error(`there is no story with ${word} in its name`)
const built = spawnSync(process.execPath, [join(root, 'tools', 'build-console.ts')], { stdio: 'inherit' })
if (built.status !== 0) throw new Error('the console could not be built')
const flags = ['--disable-warning=ExperimentalWarning', '--test', '--test-concurrency=1', '--test-timeout=1500000']
process.exitCode = spawnSync(process.execPath, [...flags, ...files], { cwd: root, stdio: 'inherit' }).status ?? 1
