import { join } from 'node:path'
import { runNamed } from './run-named.ts'

// `npm run bench NAME`: measured against what the machine can do and against peers.
process.exitCode = runNamed(join(import.meta.dirname, '..'), ['bench'], process.argv.slice(2))
