import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Types need not be stripped again at the next start. The folder is the program's own: whoever can write there can write the program.
enableCompileCache(join(import.meta.dirname, '..', '.cache', 'compile'))
// A reader that has seen enough (`| head`) is no fault.
process.stdout.on('error', () => process.exit())

const words = process.argv.slice(2)
// The agent and its guard stay for months: they load no command but theirs.
const isLasting = /^(?:--json |--state \S+ )*agent (?:run|guard)(?: |$)/.test(words.join(' '))
process.exitCode = isLasting
  ? await (await import('./lasting-program.ts')).runLasting(words)
  : await (await import('./program.ts')).runCommandLine(words)
