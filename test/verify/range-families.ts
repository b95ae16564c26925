import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

// The whole story of each family on a host of its own, about 45 seconds each, then of all on one: `npm run verify range-families [NAME,…]`.
const story = join(import.meta.dirname, '../range/end-to-end.test.ts')
const env = { ...process.env, RANGE_FAMILY: process.argv[2] ?? 'each,all' }
const done = spawnSync(process.execPath, [...process.execArgv, '--test', story], { stdio: 'inherit', env })
process.exitCode = done.status ?? 70
