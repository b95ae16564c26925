import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ExecEvent } from '../../model/index.ts'
import { keepEventRules } from './kept-event-rules.ts'

const launcher = join(import.meta.dirname, '..', '..', 'davylamp')
const signal = new AbortController().signal
const pack = `title: Runs a king
id: king
logsource: { category: process_creation, product: linux }
detection: { king: { Image: /opt/king }, condition: king }
level: high
`
const event: ExecEvent = {
  kind: 'exec',
  at: '2026-06-01T00:00:00Z',
  pid: 2,
  path: '/opt/king',
  argv: ['king'],
  command: 'king',
  exeDeleted: false,
  exeInMemory: false,
  ancestors: [],
}

test('rules are prepared by a child, follow packs, and outlive a broken file and a broken launcher', async () => {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-kept-rules-'))
  const said: string[] = []
  const options = { launcher, state, log: (line: string) => void said.push(line) }
  try {
    chmodSync(state, 0o700)
    const rules = keepEventRules(options)
    assert.match(rules.problem ?? '', /not prepared yet/)
    await rules.refresh(signal)
    assert.deepEqual([rules.problem, rules.count > 40, rules.judge(event)], [undefined, true, []])
    mkdirSync(join(state, 'agent', 'packs'), { recursive: true, mode: 0o700 })
    writeFileSync(join(state, 'agent', 'packs', 'a.yml'), pack)
    await rules.refresh(signal)
    const judged = () => rules.judge(event).map(({ rule, level, conclusive }) => [rule.id, level, conclusive])
    assert.deepEqual(judged(), [['king', 'medium', false]])
    truncateSync(join(state, 'agent', 'event-rules.json'), 100)
    const next = keepEventRules({ ...options, launcher: '/does/not/exist' })
    await next.refresh(signal)
    assert.deepEqual([next.count, said.length], [0, 1])
    assert.match(next.problem ?? '', /could not be prepared/)
    assert.deepEqual(judged(), [['king', 'medium', false]])
    await keepEventRules(options).refresh(signal)
    assert.equal(keepEventRules(options).problem, undefined)
  } finally {
    rmSync(state, { recursive: true })
  }
})
