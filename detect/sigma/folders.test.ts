import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { compileRules } from './compile.ts'
import { evalLines, loadRuleFiles, testFolders } from './folders.ts'
import { parseJsonValues } from './json.ts'
import { parseRules } from './parse.ts'

const rule = `title: t\nid: r\nlogsource: { category: process_creation, product: windows }
detection: { a: { Image|endswith: '\\a.exe' }, condition: a }`
const record = {
  Event: {
    System: { EventID: 1, Channel: 'Microsoft-Windows-Sysmon/Operational' },
    EventData: { Image: 'C:\\A.exe', ProcessId: 1 },
  },
}

test('lines in, lines out', async () => {
  const lines = [
    JSON.stringify({ id: 1, event: record }),
    '',
    JSON.stringify({
      id: 'two',
      logsource: { category: 'process_creation', product: 'windows' },
      event: { Image: 'x\\a.exe' },
    }),
    JSON.stringify({
      id: 3,
      logsource: { category: 'process_creation', product: 'linux' },
      event: { Image: 'x\\a.exe' },
    }),
    '{ broken',
    JSON.stringify({ id: 5, event: { Image: 'x\\a.exe' } }),
  ]
  const results = []
  for await (const result of evalLines(compileRules(parseRules(rule).rules), lines)) {
    results.push('error' in result ? { ...result, error: 'said' } : result)
  }
  assert.deepEqual(results, [
    { id: 1, rules: ['r'] },
    { id: 'two', rules: ['r'] },
    { id: 3, rules: [] },
    { id: null, line: 5, error: 'said', rules: [] },
    { id: null, line: 6, error: 'said', rules: [] },
  ])
})

test('events of a host, by themselves and in the words of Sigma', async () => {
  const text = `title: o\nid: own\nlogsource: { category: exec }\ndetection: { a: { exeDeleted: true }, condition: a }
---
title: t\nid: taxonomy\nlogsource: { category: process_creation, product: linux }\ndetection: { a: { Image: /a }, condition: a }`
  const at = '2026-06-01T00:00:00Z'
  const event = { kind: 'exec', at, pid: 2, path: '/a', argv: ['a'], command: 'a', exeInMemory: false, ancestors: [] }
  const lines = [
    { id: 1, event: { ...event, exeDeleted: true } },
    { ...event, exeDeleted: false },
    { id: 3, event },
  ]
  const results = []
  const ruleSet = compileRules(parseRules(text).rules)
  for await (const { rules } of evalLines(
    ruleSet,
    lines.map(line => JSON.stringify(line)),
  ))
    results.push(rules)
  assert.deepEqual(results, [['own', 'taxonomy'], ['taxonomy'], []])
})

test('folders of rule and event', () => {
  const dir = mkdtempSync(join(tmpdir(), 'davylamp-sigma-'))
  try {
    for (const [name, event] of [
      ['good', `${JSON.stringify(record)}\n${JSON.stringify(record)}`],
      ['flat', '[{ "Image": "x\\\\a.exe" }]'],
      ['miss', JSON.stringify(record).replace('A.exe', 'B.exe')],
      ['broken', '{'],
    ] as const) {
      mkdirSync(join(dir, 'deep', name), { recursive: true })
      writeFileSync(join(dir, 'deep', name, 'rule.yml'), rule)
      writeFileSync(join(dir, 'deep', name, 'event.json'), event)
    }
    assert.deepEqual(
      testFolders(dir).map(({ folder, ok, events, matched }) => [folder.split('/').at(-1), ok, events, matched]),
      [
        ['broken', false, 0, 0],
        ['flat', true, 1, 1],
        ['good', true, 2, 2],
        ['miss', false, 1, 0],
      ],
    )
    writeFileSync(join(dir, 'x.cases.yml'), '- name: no rule')
    writeFileSync(join(dir, 'bad.yaml'), 'a: [')
    const { rules, errors } = loadRuleFiles([dir, join(dir, 'gone')])
    assert.deepEqual([rules.length, errors.map(({ file }) => file?.slice(dir.length))], [4, ['/gone', '/bad.yaml']])
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('several JSON values one after the other', () => {
  fc.assert(
    fc.property(fc.array(fc.object(), { minLength: 2 }), objects => {
      assert.deepEqual(
        JSON.stringify(parseJsonValues(objects.map(value => JSON.stringify(value)).join('\n'))),
        JSON.stringify(objects.map(value => JSON.parse(JSON.stringify(value)))),
      )
    }),
  )
  assert.deepEqual(parseJsonValues('{"a":12345678901234567890}'), [{ a: '12345678901234567890' }])
})
