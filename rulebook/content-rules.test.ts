import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ownContentFiles } from '../detect/index.ts'
import { judge, World } from '../engine/index.ts'
import { contentFaults } from './content-faults.ts'
import { factWith } from './fact-with.ts'
import { ownRulesFolder } from './event-rules.ts'
import { openRules } from './rule-book.ts'

const own = `rule pit_song {
  meta:
    id = "0f5a9c34-0000-4000-8000-000000000001"
    title = "Words of the pit song"
    description = "Sung by a look-alike only."
    level = "high"
    class = "content"
    specific = "mining"
    because = "{path} holds {words} in {member}"
    tags = "attack.t1496, family.pit"
    scope = "both"
  strings: $a = "down in the pit" condition: $a }`
const foreign =
  'rule Pit_Song_Other { meta: severity = "critical" conclusive = true strings: $a = "pit" condition: $a }'

const folder = mkdtempSync(join(tmpdir(), 'davylamp-content-rules-'))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, 'own', 'yara'), { recursive: true })
mkdirSync(join(folder, 'others'))
writeFileSync(join(folder, 'own', 'yara', 'pit.yar'), own)
writeFileSync(join(folder, 'others', 'pit.yar'), foreign)
const book = openRules([join(folder, 'others')], join(folder, 'own'))

function findings(fact: Record<string, unknown>) {
  const world = new World([factWith(fact)], false)
  return judge(world, book.detector(), [], '2026-06-01T00:00:00Z').map(({ finding }) => finding)
}

test('a match is worth what the rule says, and its words are in the sentence', () => {
  const matches = [{ rule: 'davylamp/pit_song', words: ['down {path} in the pit'], offset: 7, member: 'a/b' }]
  const [finding] = findings({ kind: 'file', type: 'file', ownership: 'unowned', path: '/srv/x', matches })
  assert.deepEqual(
    [finding?.rule.id, finding?.level, finding?.class, finding?.specific, finding?.families, finding?.because],
    [
      '0f5a9c34-0000-4000-8000-000000000001',
      'high',
      'content',
      'mining',
      ['pit'],
      '/srv/x holds down {path} in the pit in a/b',
    ],
  )
})

test('a process is judged by its executable and by its memory, once for each rule', () => {
  const match = { rule: 'davylamp/pit_song', words: ['down in the pit'] }
  assert.equal(findings({ kind: 'process', pid: 7, name: 'x', memoryMatches: [match] }).length, 1)
  assert.equal(findings({ kind: 'process', pid: 7, name: 'x', matches: [match], memoryMatches: [match] }).length, 1)
})

test('what a package put there unchanged is a hint and no more', () => {
  const matches = [{ rule: 'davylamp/pit_song', words: ['down in the pit'] }]
  const levelFor = (ownership: string) =>
    findings({ kind: 'file', type: 'file', ownership, path: '/usr/bin/x', matches }).map(({ level }) => level)
  assert.deepEqual(['owned', 'verified', 'modified', 'conffile', 'unknown'].flatMap(levelFor), [
    'low',
    'low',
    'high',
    'high',
    'high',
  ])
})

test('a rule of others is medium at most and never conclusive; one that is not known says nothing', () => {
  const matches = ['others/pit.yar/Pit_Song_Other', 'others/pit.yar/Gone'].map(rule => ({ rule, words: ['pit'] }))
  assert.deepEqual(
    findings({ kind: 'file', type: 'file', ownership: 'unowned', path: '/srv/x', matches }).map(
      ({ level, conclusive, specific }) => [level, conclusive, specific],
    ),
    [['medium', false, undefined]],
  )
})

test('both compile, own ones and those of others', async () => {
  const { compiled, problems } = await book.content.compiled()
  assert.deepEqual(problems, [])
  assert.deepEqual(compiled.rules.map(rule => rule.id).sort(), ['davylamp/pit_song', 'others/pit.yar/Pit_Song_Other'])
})

test('our own content rules are without fault', () => {
  assert.deepEqual(contentFaults(ownContentFiles(join(ownRulesFolder, 'yara')).sources), [])
})

test('heads of own rules are held to their words', () => {
  assert.deepEqual(contentFaults([{ file: 'pit.yar', namespace: 'davylamp', text: own }]), [])
  const bad = own
    .replace('0f5a9c34-', '')
    .replace('"high"', '"huge"')
    .replace('attack.t1496', 'attack.t14')
    .replace('"both"', '"disks"')
    .replace('because', 'becuase')
    .replace('"mining"', '"gold"')
  assert.deepEqual(
    contentFaults([{ file: 'pit.yar', namespace: 'davylamp', text: bad }])
      .map(one => one.message)
      .map(one => one.slice(0, 24)),
    [
      'meta knows no "becuase"',
      'scope is none of files, ',
      'its id is no UUID',
      'it has no because',
      'its level is none of inf',
      'tag attack.t14 is no ATT',
      'specific: Invalid option',
    ],
  )
})
