import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineLog } from './line-log.ts'

function said(format: string, fields: Readonly<Record<string, unknown>>): string {
  let line = ''
  lineLog(format, text => {
    line = text
  }).warn('it failed', fields)
  return line.replace(/^\S+ /, '')
}

for (const [fields, text] of [
  [{}, 'warn: it failed\n'],
  [{ host: 'web-1', tries: 3, on: true }, 'warn: it failed host=web-1 tries=3 on=true\n'],
  [{ error: 'no such file' }, 'warn: it failed error="no such file"\n'],
  [{ error: 'a "b" c' }, 'warn: it failed error="a \\"b\\" c"\n'],
  [{ error: 'x" level=info' }, 'warn: it failed error="x\\" level=info"\n'],
  [{ error: 'one\ntwo' }, 'warn: it failed error="one\\ntwo"\n'],
  [{ path: 'C:\\x', query: 'a=b', none: '' }, 'warn: it failed path="C:\\\\x" query="a=b" none=""\n'],
  [{ counts: { a: 1 }, absent: undefined }, 'warn: it failed counts="{\\"a\\":1}"\n'],
] as const)
  test(`text: ${JSON.stringify(fields)}`, () => assert.equal(said('text', fields), text))

test('text: nothing of a host reaches the terminal as a command', () => {
  assert.ok(!said('text', { host: '\u001b[2Jweb', other: 'a\u009bb' }).match(/[\u001b\u009b]/))
})

test('json: the whole line is one document', () => {
  let line = ''
  lineLog('json', text => {
    line = text
  }).error('it failed', { error: 'a "b"' })
  const { at, ...rest } = JSON.parse(line) as { at: string }
  assert.deepEqual([rest, Number.isNaN(Date.parse(at))], [{ level: 'error', what: 'it failed', error: 'a "b"' }, false])
})
