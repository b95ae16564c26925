import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { type HostEvent, levels } from '../model/index.ts'
import { eventRulesFrom, eventsOf, eventWith, ownRulesFolder, prepareEventRules, readCases } from '../rulebook/index.ts'

interface Scene {
  readonly what: string
  readonly chain: readonly string[]
  readonly runs: readonly string[]
}

const { prepared } = prepareEventRules()
const scenes: readonly Scene[] = parse(readFileSync(join(import.meta.dirname, 'lived-in-events.yml'), 'utf8'))

describe('what ordinary servers do is worth no more than a hint', () => {
  for (const { what, chain, runs } of scenes)
    test(what, () => {
      const rules = eventRulesFrom(prepared)
      const said = execsOf(chain, runs).flatMap(event =>
        rules.judge(event).flatMap(({ level, rule }) => (isHint(level) ? [] : [`${rule.title}: ${event.command}`])),
      )
      assert.deepEqual(said, [])
    })
})

test('there are enough of them', () => assert.ok(scenes.flatMap(scene => scene.runs).length >= 120))

test('what one rule leaves alone is no conclusive finding of another', () => {
  const wrong = readCases(ownRulesFolder).flatMap(({ cases }) =>
    cases
      .filter(one => one.finds.length === 0 && one.events.length > 0)
      .flatMap(one => {
        const rules = eventRulesFrom(prepared)
        return eventsOf(one).flatMap(event => rules.judge(event).filter(found => found.conclusive))
      }),
  )
  assert.deepEqual(wrong, [])
})

function isHint(level: (typeof levels)[number]): boolean {
  return levels.indexOf(level) <= levels.indexOf('low')
}

function execsOf(chain: readonly string[], runs: readonly string[]): (HostEvent & { kind: 'exec' })[] {
  const ancestors = chain.map((line, index) => {
    const [path = ''] = line.split(' ')
    return { pid: 900 - index, name: basename(path), path, command: line }
  })
  return runs.map((line, index) => {
    const argv = argumentsOf(line)
    const [path = ''] = argv
    const given = { kind: 'exec', pid: 1000 + index, parentPid: 900, path, argv: [basename(path), ...argv.slice(1)] }
    const event = eventWith({ ...given, ancestors }, new Date(Date.UTC(2026, 5, 1, 0, 0, index)).toISOString())
    if (event.kind !== 'exec') throw new Error('not a start')
    return event
  })
}

function argumentsOf(line: string): string[] {
  const [before = '', script] = line.split(/ -c (.*)/s)
  const isShell = /^\/\S*\/(ba|da)?sh$/.test(before)
  return isShell && script !== undefined ? [before, '-c', script] : line.split(' ')
}
