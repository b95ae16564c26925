import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { endlessTexts } from './testing/endless-texts.ts'

const child = join(import.meta.dirname, 'testing', 'endless-texts.ts')
/** Each takes a few seconds; a pattern that goes back and forth takes longer than the universe has. */
const patienceMs = 600_000

for (const name of Object.keys(endlessTexts))
  test(`a host whose files are full of ${name} is looked at to the end`, async () => {
    const looking = spawn(
      process.execPath,
      [...process.execArgv.filter(one => !one.startsWith('--test')), child, name, '60000'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        timeout: patienceMs,
        killSignal: 'SIGKILL',
      },
    )
    let said = ''
    looking.stdout.on('data', (data: Buffer) => {
      said += data
    })
    await once(looking, 'close')
    assert.equal(looking.signalCode, null, 'it did not come to an end')
    assert.match(said, /^\d+ \d+\n$/)
  })
