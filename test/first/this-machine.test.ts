import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Scan } from '../../model/index.ts'

const program = join(import.meta.dirname, '../../davylamp')
const skip = process.getuid?.() === 0 ? false : 'only root sees the whole machine'

// Runs before all other tests, which leave look-alikes of miners in temporary directories while they run.
test('the machine that runs the tests is silent', { skip }, () => {
  const done = spawnSync(program, ['scan', '--json', '--no-save'], { encoding: 'utf8', maxBuffer: 1 << 26 })
  const scan = JSON.parse(done.stdout) as Scan
  const loud = scan.findings.filter(one => !['informational', 'low'].includes(one.level))
  assert.deepEqual(
    loud.map(one => `${one.level}: ${one.because}`),
    [],
  )
  assert.deepEqual(
    scan.incidents.map(one => one.title),
    [],
  )
  assert.equal(done.status, 0, done.stderr)
})
