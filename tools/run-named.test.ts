import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { runNamed } from './run-named.ts'

const root = mkdtempSync(join(tmpdir(), 'davylamp-run-named-'))
after(() => rmSync(root, { recursive: true, force: true }))
mkdirSync(join(root, 'bench'))
writeFileSync(join(root, 'bench/exits.ts'), 'process.exit(Number(process.argv[2]))')
writeFileSync(join(root, 'bench/exits.test.ts'), '')

for (const [args, status, said] of [
  [[], 0, ['there are:\n  exits']],
  [['exits', '3'], 3, []],
  [['absent'], 64, ['there is no absent', 'there are:\n  exits']],
] as const)
  test(`npm run bench ${args.join(' ')}`, () => {
    const lines: string[] = []
    assert.equal(
      runNamed(root, ['bench'], args, line => void lines.push(line)),
      status,
    )
    assert.deepEqual(lines, said)
  })
