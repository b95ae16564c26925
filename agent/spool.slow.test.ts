import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Spool } from './spool.ts'

/** Starts the child, kills it after so many lines, and returns what it had said by then. */
async function killedAfter(path: string, lines: number): Promise<string[]> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'testing', 'append-forever.ts'), path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', part => {
    text += part
    if (text.split('\n').length > lines) child.kill('SIGKILL')
  })
  await new Promise(resolve => child.on('close', resolve))
  return text.split('\n').slice(0, -1)
}

test('25 SIGKILLs: nothing that was promised is lost, nothing that was acknowledged comes back', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-spool-kill-'))
  const path = join(folder, 'spool.db')
  try {
    const promised = new Set<number>()
    let acknowledged = 0
    let begun = 0
    for (let round = 0; round < 25; round++) {
      for (const line of await killedAfter(path, 5 + ((round * 37) % 120))) {
        const value = Number(line.slice(2))
        if (line.startsWith('a')) {
          assert.equal(promised.has(value), false, `the number ${value} was given twice`)
          promised.add(value)
        }
        if (line.startsWith('b')) begun = value
        if (line.startsWith('d')) acknowledged = value
      }
      const spool = new Spool({ path, mostBytes: 1e9 })
      const held = new Set(spool.batch(1e6, 1e9).items.map(one => Number(JSON.parse(one).sequence)))
      assert.deepEqual(spool.losses, {})
      spool.close()
      for (const sequence of promised)
        if (sequence > begun) assert.equal(held.has(sequence), true, `${sequence} was promised and is gone`)
      for (const sequence of held) assert.ok(sequence > acknowledged, `${sequence} was acknowledged and came back`)
    }
    assert.ok(promised.size > 200)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
