import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { serverMissing } from '../../center/testing/index.ts'

// All tests of the center on Debian's PostgreSQL 15 in the place of our own: `npm run verify postgres-15`, or one folder of it:
// `npm run verify postgres-15 orders`. Those that are about one version (backup, embedded) say themselves which they start.
const root = join(import.meta.dirname, '..', '..')
const tests = globSync(`center/${process.argv[2] ?? '**'}/*.test.ts`, { cwd: root }).sort()
const missing =
  serverMissing(15) ?? (tests.length === 0 ? `there are no tests in center/${process.argv[2]}` : undefined)
if (missing !== undefined) {
  console.error(missing)
  process.exitCode = 69
} else {
  const env = { ...process.env, DAVYLAMP_TEST_POSTGRES: '15' }
  const flags = [...process.execArgv, '--test', '--test-concurrency=2']
  const done = spawnSync(process.execPath, [...flags, ...tests], { cwd: root, stdio: 'inherit', env })
  process.exitCode = done.status ?? 70
}
