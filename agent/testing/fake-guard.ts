import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A launcher whose guard does what `body` says: `hear(line)` is called with each line, `say(line)` answers. */
export function fakeGuard(folder: string, body: string): string {
  const program = join(folder, 'guard.mjs')
  const launcher = join(folder, 'davylamp')
  writeFileSync(
    program,
    `import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
appendFileSync(${JSON.stringify(join(folder, 'starts'))}, process.argv.slice(2).join(' ') + '\\n')
const say = line => process.stdout.write(JSON.stringify(line) + '\\n')
const harmless = { verdict: 'harmless', because: ['fake'], matches: [], memoryMatches: [], indicators: [], families: [], attack: [] }
${body}
createInterface({ input: process.stdin }).on('line', line => hear(JSON.parse(line))).on('close', () => process.exit())
`,
  )
  writeFileSync(launcher, `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`)
  chmodSync(launcher, 0o755)
  return launcher
}
