import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { parseConfig } from './config.ts'
import { agentConfig } from '../model/wire/index.ts'
import { agentSettings, agentYmlText } from './agent-settings.ts'

/** Paths of all settings down to the second name; what is deeper is written in one line. */
function pathsOf(schema: z.core.JSONSchema.JSONSchema, path: readonly string[] = []): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, value]) => {
    const inner = [...path, name]
    const group = typeof value === 'object' && value.properties !== undefined && inner.length < 2
    return group ? pathsOf(value, inner) : [inner.join('.')]
  })
}

test('every setting of the schema is told, and no other', () => {
  const schema = z.toJSONSchema(agentConfig, { io: 'input' })
  const told = agentSettings.map(one => one.path.join('.'))
  assert.deepEqual(told.toSorted(), pathsOf(schema).sort())
})

test('as it is installed the file says nothing; with the remarks taken away it is a right one', () => {
  const text = agentYmlText()
  assert.deepEqual(parseConfig(text), agentConfig.parse({}))
  const lines = text.split('\n').map(line => line.replace(/^# (?=(?: {2})?(?:# )?)/, ''))
  const head = lines.indexOf('')
  const config = parseConfig(lines.slice(head).join('\n'))
  assert.equal(config.center, 'https://center.example:8444')
  assert.deepEqual(config.orders.between, { from: '22:00', to: '06:00' })
})

test('an example shows what holds where nothing is said, or the text says what that is', () => {
  for (const { path, example, says } of agentSettings) {
    if (says.includes('Absent: ')) continue
    const text = path.length === 1 ? `${path[0]}: ${example}` : `${path[0]}:\n  ${path[1]}: ${example}`
    assert.deepEqual(parseConfig(text), agentConfig.parse({}), path.join('.'))
  }
})
