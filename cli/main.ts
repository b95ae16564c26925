import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Types need not be stripped again at the next start. The folder is the program's own: whoever can write there can write the program.
enableCompileCache(join(import.meta.dirname, '..', '.cache', 'compile'))
// A reader that has seen enough (`| head`) is no fault.
process.stdout.on('error', () => process.exit())

const { runCommandLine } = await import('./program.ts')
process.exitCode = await runCommandLine(process.argv.slice(2))
