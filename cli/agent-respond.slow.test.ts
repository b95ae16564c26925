import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { RespondLine, RespondRequest } from '../agent/response/index.ts'
import type { Detection } from '../model/index.ts'
import { responseConfig } from '../model/wire/index.ts'
import { infectedFiles, type TemporaryTree, temporaryTree } from './temporary-tree.ts'

const crontab = '/var/spool/cron/crontabs/root'

/** What the agent noticed about a file of the tree. */
const noticed = (path: string, kind: Detection['subject']['kind'] = 'autostart'): Detection => ({
  id: randomUUID(),
  at: new Date().toISOString(),
  verdict: 'confirmed',
  level: 'high',
  title: 'A cron job downloads a script and runs it',
  because: [],
  subject: { kind, path },
  chain: [],
  findings: [],
  families: [],
  attack: [],
  responses: [],
  afterMs: 1,
})

const respond = (tree: TemporaryTree, detections: readonly Detection[], settings: object, more = {}) => {
  const request: RespondRequest = {
    step: 'incident',
    detections,
    addresses: [],
    response: responseConfig.parse(settings),
    mode: 'block',
    centers: [],
    ...more,
  }
  const ended = tree.davylamp(['--json', 'agent', 'respond', '--root', tree.root], { input: JSON.stringify(request) })
  assert.equal(ended.status, 0, ended.stderr)
  const lines = ended.stdout.split('\n').filter(Boolean)
  return lines.map((line): RespondLine => JSON.parse(line))
}
const at = (tree: TemporaryTree, path: string) => join(tree.root, path)
const words = (lines: readonly RespondLine[]) =>
  lines.map(({ response }) => `${response.kind} ${response.outcome}`).toSorted()

test('a confirmed cron line is disarmed by a run of its own, and undo brings it back byte for byte', t => {
  const tree = temporaryTree(t, infectedFiles)
  const [one, two] = [noticed(crontab), noticed('/tmp/.x/xm', 'file')]
  const before = readFileSync(at(tree, crontab))
  const lines = respond(tree, [one, two], {})
  assert.deepEqual(words(lines), ['disarm-autostart done', 'quarantine-file would'])
  const disarmed = lines.find(line => line.response.kind === 'disarm-autostart')
  assert.deepEqual(disarmed?.detections.toSorted(), [one.id, two.id].toSorted())
  assert.match(disarmed?.response.detail ?? '', /remove line 1 of \/var\/spool\/cron\/crontabs\/root/)
  assert.equal(readFileSync(at(tree, crontab), 'utf8'), '0 3 * * * /usr/bin/true\n')
  assert.equal(existsSync(at(tree, '/etc/systemd/system/xm.service')), false)
  assert.equal(existsSync(at(tree, '/tmp/.x/xm')), true, 'files are not in response.may')
  const run = disarmed?.response.run ?? ''
  const [head = ''] = readFileSync(join(tree.state, 'runs', run, 'journal.jsonl'), 'utf8').split('\n')
  assert.match(JSON.parse(head).program, new RegExp(`^davylamp \\S+ response (?:${one.id}|${two.id})$`))
  const counts = JSON.parse(readFileSync(join(tree.state, 'agent/response-incident.json'), 'utf8'))
  assert.ok(counts.minutes.disarms[0][1] >= 2)
  assert.equal(tree.davylamp(['undo', run, '--yes']).status, 0)
  assert.deepEqual(readFileSync(at(tree, crontab)), before)
  assert.equal(existsSync(at(tree, '/etc/systemd/system/xm.service')), true)
})

test('the whole incident is cleaned where the owner of the host allows it, but for what is protected', t => {
  const tree = temporaryTree(t, infectedFiles)
  const before = statSync(at(tree, '/etc/systemd/system/xm.service'))
  const settings = { may: ['clean'], protect: { paths: ['/etc/systemd/'] } }
  const lines = respond(tree, [noticed(crontab)], settings)
  assert.deepEqual(words(lines), ['clean done', 'clean refused'])
  assert.match(lines.map(one => one.response.detail).join(), /The proof says: left/)
  assert.equal(existsSync(at(tree, '/tmp/.x/xm')), false)
  const after = statSync(at(tree, '/etc/systemd/system/xm.service'))
  assert.deepEqual([after.ino, after.mtimeMs, after.ctimeMs], [before.ino, before.mtimeMs, before.ctimeMs])
})

for (const [what, settings, more, said] of [
  ['a dry run', { dryRun: true }, {}, /response\.dryRun/],
  ['observing', {}, { mode: 'observe' }, /Prevention is observe/],
  ['a limit that is used up', { mostPerHour: { disarms: 0 } }, {}, /mostPerHour\.disarms/],
  ['a list that names nothing', { may: [] }, {}, /response\.may/],
] as const)
  test(`${what}: it is told what would be done, and nothing is touched`, t => {
    const tree = temporaryTree(t, infectedFiles)
    const lines = respond(tree, [noticed(crontab)], settings, more)
    assert.ok(lines.length > 0)
    for (const { response } of lines) assert.equal(response.outcome, 'would')
    assert.match(lines.map(one => one.response.detail).join(), said)
    assert.equal(existsSync(join(tree.state, 'runs')), false)
    assert.equal(existsSync(join(tree.state, 'agent/response-incident.json')), false)
    for (const [path, text] of Object.entries(infectedFiles)) assert.equal(readFileSync(at(tree, path), 'utf8'), text)
  })

test('what the look does not confirm is left alone', t => {
  const tree = temporaryTree(t, infectedFiles)
  const lines = respond(tree, [noticed('/etc/crontab')], { may: ['clean'] })
  assert.deepEqual(words(lines), ['disarm-autostart refused'])
  assert.equal(existsSync(join(tree.state, 'runs')), false)
})
