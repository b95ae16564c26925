import { join } from 'node:path'
import { runNamed } from './run-named.ts'

// `npm run verify NAME`: what takes too long for every test run; its figures belong in the note that closes an issue.
process.exitCode = runNamed(join(import.meta.dirname, '..'), ['test/verify', 'bench'], process.argv.slice(2))
