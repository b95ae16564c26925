import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

// Each library that hides, with mounts over /proc/PID, memfd and deleted programs on one host, about two minutes each.
const story = join(import.meta.dirname, '../range/hiding.test.ts')
const env = { ...process.env, RANGE_HIDING: process.argv[2] ?? 'hide-all,hide-readdir' }
const done = spawnSync(process.execPath, [...process.execArgv, '--test', story], { stdio: 'inherit', env })
process.exitCode = done.status ?? 70
