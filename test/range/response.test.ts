import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { RespondLine, RespondRequest } from '../../agent/response/index.ts'
import { infections } from '../../hosts/index.ts'
import type { Detection } from '../../model/index.ts'
import { responseConfig } from '../../model/wire/index.ts'
import { allowWhatIsAllowed, openHost } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import type { Range } from './range.ts'
import { tick } from './time-passing.ts'

const crontab = '/var/spool/cron/crontabs/root'
const unit = '/lib/systemd/system/bot.service'
const address = '198.51.100.19'

const noticed = (subject: Detection['subject']): Detection => ({
  id: randomUUID(),
  at: new Date().toISOString(),
  verdict: 'confirmed',
  level: 'high',
  title: 'A cron job downloads a script and runs it',
  because: [],
  subject,
  chain: [],
  findings: [],
  families: [],
  attack: [],
  responses: [],
  afterMs: 1,
})

async function respond(
  range: Range,
  step: RespondRequest['step'],
  detections: readonly Detection[],
  settings: object,
): Promise<RespondLine[]> {
  const response = responseConfig.parse(settings)
  const request: RespondRequest = { step, detections, addresses: [], response, mode: 'block', centers: [] }
  const done = await range.davylamp(['--json', 'agent', 'respond'], { input: JSON.stringify(request) })
  assert.equal(done.status, 0, done.stderr)
  return done.stdout
    .split('\n')
    .filter(Boolean)
    .map((line): RespondLine => JSON.parse(line))
}
const words = (lines: readonly RespondLine[]) =>
  [...new Set(lines.map(({ response }) => `${response.kind} ${response.outcome}`))].toSorted()

test('what is confirmed is answered on a booted host, within what its owner allows', {
  skip: rangeImpossible(),
  timeout: 420_000,
}, async t => {
  const range = await openHost({ infections: infections.filter(one => one.family === 'kinsing') })
  t.after(() => range.close())
  await allowWhatIsAllowed(range)
  const at = (path: string) => join(range.root, path)
  const line =
    readFileSync(at(crontab), 'utf8')
      .split('\n')
      .find(one => one.includes(address)) ?? ''
  assert.notEqual(line, '')
  const detection = noticed({ kind: 'autostart', path: crontab, command: line })
  const running = () => range.processes().filter(one => /kinsing|kdevtmpfsi/.test(one.exe)).length
  const tables = () => range.sh('nft list ruleset')

  await t.test('a dry run and a limit tell what would be done, and touch nothing', async () => {
    const before = readFileSync(at(crontab))
    for (const settings of [{ dryRun: true }, { mostPerHour: { kills: 0, blocks: 0, disarms: 0 } }, { may: [] }]) {
      assert.deepEqual(words(await respond(range, 'addresses', [detection], settings)), ['block-address would'])
      const lines = await respond(range, 'incident', [detection], settings)
      assert.ok(lines.length > 0 && lines.every(one => one.response.outcome === 'would'), JSON.stringify(lines))
    }
    assert.deepEqual(readFileSync(at(crontab)), before)
    assert.doesNotMatch(await tables(), /davylamp/)
    assert.ok(running() > 0)
    assert.equal(existsSync(at('/var/lib/davylamp/runs')), false)
  })

  await t.test('its address is blocked at once, until it expires', async () => {
    const before = performance.now()
    const [only] = await respond(range, 'addresses', [detection], {})
    t.diagnostic(`blocked in ${Math.round(performance.now() - before)} ms, start of the program included`)
    assert.deepEqual([only?.response.kind, only?.response.outcome], ['block-address', 'done'])
    assert.match(await tables(), new RegExp(`${address}.* expires 23h`))
  })

  const settings = {
    may: ['kill-process', 'block-address', 'disarm-autostart', 'quarantine-file'],
    protect: { paths: ['/var/tmp/'] },
  }
  const spared = statSync(at('/var/tmp/kdevtmpfsi'))
  const before = new Map([crontab, '/etc/ld.so.preload', unit].map(path => [path, readFileSync(at(path))]))
  let run = ''

  await t.test('the incident is answered by one run; what is protected stays as it is', async () => {
    const lines = await respond(range, 'incident', [detection], settings)
    t.diagnostic(lines.map(one => `${one.response.kind} ${one.response.outcome}: ${one.response.detail}`).join('\n'))
    const runs = [...new Set(lines.flatMap(one => one.response.run ?? []))]
    assert.equal(runs.length, 1)
    run = runs[0] ?? ''
    const said = words(lines)
    for (const one of ['kill-process done', 'disarm-autostart done', 'quarantine-file done', 'quarantine-file refused'])
      assert.ok(said.includes(one), JSON.stringify(lines))
    assert.ok(!said.some(one => one.endsWith('failed')), JSON.stringify(lines))
    assert.doesNotMatch(readFileSync(at(crontab), 'utf8'), new RegExp(address))
    assert.equal(existsSync(at('/tmp/kdevtmpfsi')), false)
    assert.equal(existsSync(at('/opt/xmrig/xmrig')), true, 'a miner that the owner of the host runs')
    const after = statSync(at('/var/tmp/kdevtmpfsi'))
    assert.deepEqual([after.ino, after.ctimeMs, after.mtimeMs], [spared.ino, spared.ctimeMs, spared.mtimeMs])
  })

  await t.test('nothing comes back when cron, timers and logins have had their turn', async () => {
    assert.equal(running(), 0)
    assert.ok((await tick(range)).length > 0)
    assert.equal(running(), 0)
    assert.doesNotMatch(readFileSync(at(crontab), 'utf8'), new RegExp(address))
  })

  await t.test('undo brings every byte back', async () => {
    const undone = await range.davylamp(['undo', run, '--yes'])
    t.diagnostic(undone.stdout)
    for (const [path, bytes] of before) assert.deepEqual(readFileSync(at(path)), bytes, path)
    assert.equal(existsSync(at('/tmp/kdevtmpfsi')), true)
  })
})
