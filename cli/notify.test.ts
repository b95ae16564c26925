import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Context } from './context.ts'
import { notifyListCommand, notifyTestCommand } from './notify.ts'

const folder = mkdtempSync(join(tmpdir(), 'davylamp-notify-'))
const config = join(folder, 'agent.yml')
const bodies: string[] = []
const server = createServer((request, answer) => {
  request.on('data', (part: Buffer) => bodies.push(part.toString()))
  request.on('end', () => {
    answer.statusCode = request.url === '/gone' ? 404 : 200
    answer.end(request.url === '/gone' ? 'no_service' : 'ok')
  })
})

before(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const lines = [
    'notify:',
    '  - name: ops',
    '    kind: slack',
    `    url: ${url}/`,
    '    language: id',
    '  - name: gone',
    '    kind: slack',
    `    url: ${url}/gone`,
  ]
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 })
})
after(async () => {
  await new Promise(resolve => server.close(resolve))
  rmSync(folder, { recursive: true })
})

/** Only what these commands use. */
function contextOf(json: boolean) {
  const said: unknown[] = []
  const page = { text: (line: string) => void said.push(line) }
  const context = {
    json,
    page,
    notes: { text: () => undefined },
    print: (document: unknown) => void said.push(document),
  }
  return { said, context: context as unknown as Context }
}

test('a test message reaches the channel in its language', async () => {
  const { said, context } = contextOf(false)
  assert.equal(await notifyTestCommand({ config }, context, 'ops'), 0)
  assert.deepEqual(said, ['Delivered: Slack took it'])
  assert.match(bodies.join(''), /Pesan uji dari Davylamp/)
})

test('a channel that does not take it: exit status 30 and the reason', async () => {
  const { said, context } = contextOf(true)
  assert.equal(await notifyTestCommand({ config }, context, 'gone'), 30)
  assert.deepEqual(said, [
    {
      format: 'davylamp-notify-test',
      version: 1,
      channel: 'gone',
      result: 'refused',
      detail: 'it answered 404: no_service',
      again: false,
    },
  ])
})

test('list, and a name that is not there', async () => {
  const { said, context } = contextOf(false)
  assert.equal(await notifyListCommand({ config }, context), 0)
  assert.deepEqual(said, ['ops', 'gone'])
  await assert.rejects(notifyTestCommand({ config }, context, 'nope'), /nope is no channel: there are ops, gone/)
})
