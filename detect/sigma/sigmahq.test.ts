import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { HostEvent } from '../../model/index.ts'
import { compileRules, createStream } from './compile.ts'
import { loadRuleFiles, testFolders, viewsOfLine } from './folders.ts'
import { viewsOfEvent } from './host-event.ts'
import { parseJsonValues } from './json.ts'
import { parseRules } from './parse.ts'

const data = new URL('../../../shared/data/sigma', import.meta.url).pathname
const skip = existsSync(data) ? false : 'the rules and recordings of SigmaHQ are not here'

test("SigmaHQ's Linux rules all load", { skip }, () => {
  const { rules, errors, warnings } = loadRuleFiles([join(data, 'rules')])
  const ruleSet = compileRules(rules, { foreign: true })
  assert.deepEqual([errors, warnings, ruleSet.errors, ruleSet.warnings], [[], [], [], []])
  assert.ok(ruleSet.rules.length >= 200)
})

test('every recording of SigmaHQ gives its finding', { skip }, () => {
  const results = testFolders(join(data, 'regression'))
  assert.equal(results.length, 51)
  for (const result of results.filter(({ matched, expected }) => matched === 0 || matched < (expected ?? 0))) {
    assert.fail(`${result.folder} matched ${result.matched} of ${result.events} ${result.error ?? ''}`)
  }
})

test('no recording gives the finding of another rule', { skip }, () => {
  const folders = readdirSync(join(data, 'regression')).map(name => join(data, 'regression', name))
  const sources = [join(data, 'rules'), ...folders.map(folder => join(folder, 'rule.yml'))]
  const stream = createStream(compileRules(loadRuleFiles(sources).rules, { foreign: true }))
  for (const folder of folders) {
    const own = parseRules(readFileSync(join(folder, 'rule.yml'), 'utf8')).rules[0]?.id
    for (const event of parseJsonValues(readFileSync(join(folder, 'event.json'), 'utf8'))) {
      const others = stream.push(viewsOfLine(event) ?? []).filter(({ rule }) => rule.id !== own)
      assert.deepEqual(
        others.map(({ rule }) => rule.title),
        [],
        folder,
      )
    }
  }
})

// The recordings of SigmaHQ are of Windows. What its Linux rules ask for is started here, as a sensor tells it.
for (const [title, event] of [
  ['Linux Base64 Encoded Pipe to Shell', { path: '/bin/sh', command: 'sh -c echo aWQ= | base64 -d | bash' }],
  ['Linux Crypto Mining Indicators', { path: '/opt/x', command: 'x --donate-level=1 --cpu-priority=5' }],
  ['Curl Usage on Linux', { path: '/usr/bin/curl', command: 'curl https://files.example/a' }],
  ['Crontab Enumeration', { path: '/usr/bin/crontab', command: 'crontab -l' }],
  ['Linux Webshell Indicators', { path: '/usr/bin/whoami', command: 'whoami', parent: '/usr/sbin/apache2' }],
  ['Shell Execution Of Process Located In Tmp Directory', { path: '/bin/sh', command: 'sh', parent: '/tmp/x' }],
  ['Disable Or Stop Services', { path: '/bin/systemctl', command: 'systemctl stop auditd' }],
] as const)
  test(`SigmaHQ's "${title}" judges a started program`, { skip }, () => {
    const stream = createStream(compileRules(loadRuleFiles([join(data, 'rules')]).rules, { foreign: true }))
    const titles = stream.push(viewsOfEvent(execEvent(event))).map(({ rule }) => rule.title)
    assert.ok(titles.includes(title), titles.join(', '))
  })

function execEvent({ path, command, ...rest }: { path: string; command: string; parent?: string }): HostEvent {
  const ancestors = rest.parent === undefined ? [] : [{ pid: 1, path: rest.parent }]
  const asked = { argv: command.split(' '), exeDeleted: false, exeInMemory: false, ancestors }
  return { kind: 'exec', at: '2026-06-01T00:00:00Z', pid: 2, path, command, ...asked }
}
