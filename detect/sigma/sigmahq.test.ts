import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { compileRules, createStream } from './compile.ts'
import { loadRuleFiles, testFolders, viewsOfLine } from './folders.ts'
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
