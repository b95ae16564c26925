import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseRules } from '../detect/index.ts'
import { eventRulesFrom, openEventRules, preparedPath, rulePlaces } from './event-rules.ts'
import { eventWith } from './event-with.ts'
import { preparedFrom, prepareEventRules } from './prepare-event-rules.ts'
import { writePrepared } from './prepared-event-rules.ts'

const start = Date.parse('2026-06-01T00:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000).toISOString()
const login = (seconds: number, address: string) => eventWith({ kind: 'login', address, account: 'root' }, at(seconds))

const king = `title: Runs a king
id: king
logsource: { category: exec }
detection: { king: { path|endswith: /king, parent.path: /usr/bin/queen }, condition: king }
level: critical
tags: [attack.t1059.004, family.royal]
davylamp:
  class: persistence
  specific: concealment
  conclusive: true
  because: '{parent.path} started {path} with {argv} in {cwd}.'
`
const storm = `title: Fails
name: fails
id: fails
logsource: { category: login }
detection: { failed: { succeeded: false }, condition: failed }
---
title: Fails often
id: often
correlation: { type: event_count, rules: [fails], group-by: [address], timespan: 1m, condition: { gte: 3 } }
level: high
davylamp: { class: access }
`

function rulesFrom(own: string, foreign = '') {
  return eventRulesFrom(preparedFrom('', parseRules(own).rules, parseRules(foreign).rules))
}

function titles(own: string, events: readonly ReturnType<typeof login>[]) {
  const rules = rulesFrom(own)
  return events.map(event => rules.judge(event).map(({ rule }) => rule.title))
}

test('a rule of our own says what it is worth and why, in words of this host', () => {
  const given = {
    kind: 'exec',
    path: '/tmp/king',
    argv: ['king', '-x'],
    ancestors: [{ pid: 7, path: '/usr/bin/queen' }],
  }
  const event = eventWith(given, at(0))
  assert.deepEqual(rulesFrom(king).judge(event), [
    {
      rule: { id: 'king', title: 'Runs a king' },
      level: 'critical',
      class: 'persistence',
      specific: 'concealment',
      conclusive: true,
      attack: ['T1059.004'],
      families: ['royal'],
      because: '/usr/bin/queen started /tmp/king with king, -x in (unknown).',
      event,
    },
  ])
})

test('a rule of others supports a verdict, and never makes it', () => {
  const event = eventWith(
    { kind: 'exec', path: '/king', argv: [], ancestors: [{ pid: 7, path: '/usr/bin/queen' }] },
    at(0),
  )
  assert.deepEqual(
    rulesFrom('', king)
      .judge(event)
      .map(({ level, conclusive, specific, because }) => [level, conclusive, specific, because]),
    [['medium', false, undefined, 'Runs a king']],
  )
})

test('what counts over time is told once in its span, and again in the next', () => {
  const seconds = [0, 1, 2, 3, 30, 100, 101, 102]
  const told = titles(
    storm,
    seconds.map(second => login(second, '192.0.2.1')),
  )
  assert.deepEqual(
    told.map(one => one.length),
    [0, 0, 1, 0, 0, 0, 0, 1],
  )
})

test('a clock that was ahead leaves nothing behind', () => {
  const years = 10 * 365 * 86_400
  const told = titles(
    storm,
    [0, years, years + 1, 2, 3, 4].map(second => login(second, '192.0.2.1')),
  )
  assert.deepEqual(
    told.map(one => one.length),
    [0, 0, 0, 0, 0, 1],
  )
})

test('prepared rules are opened, numbers as they were written included, and stay when the file breaks', () => {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-event-rules-'))
  try {
    const opened = openEventRules({ stateFolder: state })
    assert.deepEqual([opened.count, opened.isStale(), opened.judge(login(0, 'x'))], [0, true, []])
    assert.match(opened.problem ?? '', /not prepared yet/)
    const packs = join(state, 'agent', 'packs')
    mkdirSync(packs, { recursive: true })
    const written = `title: Octal\nid: octal\nlogsource: { category: exec }\ndetection: { at: { pid: 0x10 }, condition: at }\n`
    writeFileSync(join(packs, 'a.yml'), written)
    const { prepared, problems } = prepareEventRules([packs], { places: rulePlaces(state, []) })
    assert.deepEqual(problems, [])
    writeFileSync(preparedPath(state), writePrepared(prepared))
    opened.reload()
    const sixteen = eventWith({ kind: 'exec', pid: 16, path: '/x', argv: ['x'] }, at(0))
    const octal = () => opened.judge(sixteen).map(({ rule }) => rule.id)
    assert.deepEqual([opened.problem, opened.isStale(), octal()], [undefined, false, ['octal']])
    writeFileSync(preparedPath(state), writePrepared(prepared).slice(0, 1000))
    opened.reload()
    assert.match(opened.problem ?? '', /cut off/)
    assert.deepEqual(octal(), ['octal'])
    writeFileSync(join(packs, 'b.yml'), written)
    assert.ok(opened.isStale())
  } finally {
    rmSync(state, { recursive: true })
  }
})
