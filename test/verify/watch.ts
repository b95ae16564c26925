import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchReport } from './watch/report.ts'

// Every intruder, unknown miners and honest work on hosts that are watched, about twenty-five minutes: `npm run verify watch [WORD] [--write]`. WORD
// chooses (known, block, unknown, work); `--write` puts the figures into docs/watch-report.md.
const root = join(import.meta.dirname, '..', '..')
const args = process.argv.slice(2)
const word = args.find(one => !one.startsWith('--')) ?? ''
const files = globSync('test/range/watch-*.test.ts', { cwd: root })
  .filter(file => file.includes(word))
  .sort()
if (files.length === 0) throw new Error(`there is no test of watching with ${word} in its name`)
const scratch = mkdtempSync(join(tmpdir(), 'davylamp-verify-watch-'))
try {
  const measures = join(scratch, 'measures.jsonl')
  writeFileSync(measures, '')
  const flags = ['--disable-warning=ExperimentalWarning', '--test', '--test-concurrency=1', '--test-timeout=1500000']
  const env = { ...process.env, RANGE_WATCH: 'whole', RANGE_WATCH_MEASURES: measures }
  const done = spawnSync(process.execPath, [...flags, ...files], { cwd: root, stdio: 'inherit', env })
  const report = watchReport(readFileSync(measures, 'utf8'), {
    machine: `${cpus().length} cores, Linux ${release()}, load of the last 15 minutes ${loadavg()[2]?.toFixed(1)}`,
    date: new Date().toISOString().slice(0, 10),
  })
  process.stdout.write(`\n${report}`)
  if (args.includes('--write')) writeFileSync(join(root, 'docs/watch-report.md'), report)
  process.exitCode = done.status ?? 70
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
