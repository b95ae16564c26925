import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { infectedFiles, type TemporaryTree, temporaryTree } from './temporary-tree.ts'

const rule = `title: Whoami
id: 7f5e3c2a-0000-4000-8000-000000000001
logsource: { category: process_creation, product: windows }
detection:
  program: { Image|endswith: \\whoami.exe }
  condition: program
level: low
`
const evtx = {
  Event: {
    System: { EventID: 1, Channel: 'Microsoft-Windows-Sysmon/Operational' },
    EventData: { Image: 'C:\\Windows\\whoami.exe' },
  },
}

function rulesFolder(tree: TemporaryTree, text = rule): string {
  const folder = join(tree.folder, 'rules')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'one.yml'), text)
  return folder
}

test('our own rules pass their strict check and can be shown', t => {
  const tree = temporaryTree(t, {})
  const check = tree.document('rules-check', ['rules', 'check'])
  assert.deepEqual(check.errors, [])
  const { rules } = tree.document('rules', ['rules', 'list'])
  assert.equal(rules.length, check.rules)
  const [first] = rules
  assert.match(
    tree.davylamp(['rules', 'show', first?.id ?? '']).stdout,
    /^# .*\.yml:\d+\n[\s\S]*title: [\s\S]*detection:/,
  )
})

test('rules eval: EVTX records and flat events, from a file and from standard input, one line each', t => {
  const tree = temporaryTree(t, {})
  const folder = rulesFolder(tree)
  const flat = {
    id: 2,
    logsource: { category: 'process_creation', product: 'windows' },
    event: { Image: 'C:\\x\\calc.exe' },
  }
  const lines = [JSON.stringify({ id: 'a', event: evtx }), JSON.stringify(flat), '{broken', ''].join('\n')
  const wanted = [
    { id: 'a', rules: ['7f5e3c2a-0000-4000-8000-000000000001'] },
    { id: 2, rules: [] },
  ]
  writeFileSync(join(tree.folder, 'events.jsonl'), lines)
  for (const ended of [
    tree.davylamp(['rules', 'eval', folder, join(tree.folder, 'events.jsonl')]),
    tree.davylamp(['rules', 'eval', folder, '-'], { input: lines }),
  ]) {
    assert.equal(ended.status, 0, ended.stderr)
    const results: unknown[] = ended.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    assert.deepEqual(results.slice(0, 2), wanted)
    assert.equal(results.length, 3)
  }
})

test('rules test: exit status 30 on a miss', t => {
  const tree = temporaryTree(t, {})
  const folder = join(tree.folder, 'cases', 'whoami')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'rule.yml'), rule)
  writeFileSync(join(folder, 'event.json'), JSON.stringify(evtx))
  assert.equal(tree.davylamp(['rules', 'test', join(tree.folder, 'cases')]).status, 0)
  writeFileSync(join(folder, 'rule.yml'), rule.replace('whoami.exe', 'other.exe'))
  const ended = tree.davylamp(['rules', 'test', join(tree.folder, 'cases')])
  assert.equal(ended.status, 30)
  assert.match(ended.stdout, /miss .*whoami/)
})

test('rules check: a broken foreign rule is an error with its place', t => {
  const tree = temporaryTree(t, {})
  const ended = tree.davylamp([
    'rules',
    'check',
    rulesFolder(tree, rule.replace('condition: program', 'condition: programme')),
  ])
  assert.equal(ended.status, 30)
  assert.match(ended.stdout, /one\.yml:1/)
})

test('rules of others support a verdict and never make it', t => {
  const tree = temporaryTree(t, {
    '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
    '/etc/crontab': infectedFiles['/etc/crontab'] ?? '',
  })
  const foreign = `title: Any job\nid: 7f5e3c2a-0000-4000-8000-000000000002\nlogsource: { category: autostart }\ndetection: { job: { path: /etc/crontab }, condition: job }\nlevel: critical\n`
  const scan = tree.document('scan', ['scan', '--root', tree.root, '--rules', rulesFolder(tree, foreign)])
  const found = scan.findings.find(one => one.rule.title === 'Any job')
  assert.deepEqual([found?.level, found?.conclusive], ['medium', false])
  assert.equal(scan.verdict, 'suspected')
})
