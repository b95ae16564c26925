import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ruleMeaning } from '../engine/index.ts'
import { openPack } from './pack.ts'
import { openRules } from './rule-book.ts'

const conclusive = openRules().own.rules.find(rule => ruleMeaning.safeParse(rule.custom).data?.conclusive === true)
const rule = (id: string) => `title: Names a king
id: ${id}
logsource: { category: autostart }
detection: { king: { command|contains: king }, condition: king }
level: critical
`

function bookWith(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-rules-'))
  try {
    writeFileSync(join(folder, 'rule.yml'), text)
    return openRules([folder])
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const job = { kind: 'autostart', path: '/etc/cron.d/x', mechanism: 'cron-d', command: '/usr/bin/king' }

test('a rule of others supports a verdict, and never makes it', () => {
  const found = bookWith(rule('king')).detector()(job, 'autostart')
  assert.deepEqual(
    found.map(({ level, meaning }) => [level, meaning.class, meaning.conclusive, meaning.specific]),
    [['medium', 'execution', false, undefined]],
  )
})

test('a rule of others under the id of a conclusive one of ours is left out, and that is said', () => {
  const book = bookWith(rule(conclusive?.id ?? ''))
  assert.deepEqual(book.detector()(job, 'autostart'), [])
  assert.deepEqual(
    book.foreignProblems.map(({ rule, message }) => [rule, message]),
    [[conclusive?.id, 'its id is that of a rule of the program']],
  )
})

test('a pack with such a rule is refused', async () => {
  const { problems } = await openPack(rule(conclusive?.id ?? ''))
  assert.ok(problems.includes('line 1: its id is that of a rule of the program: give it another'), problems.join('\n'))
})
