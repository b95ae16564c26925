import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { Detection } from '../../model/index.ts'
import { agentConfig, defaultPolicy } from '../../model/wire/index.ts'
import type { RespondRequest } from './request.ts'
import { makeResponder, type ResponderParts } from './responder.ts'

const run = '20260601T120000Z-abcd'

/** Writes down what it is asked, and says that it disarmed something of every detection. */
const answers = (folder: string) => `#!/bin/sh
name=${folder}/asked/$(date +%s%N)
cat > $name.part
echo "$@" > $name.words
mv $name.part $name.json
for id in $(grep -o '"id":"[^"]*"' $name.json | cut -d'"' -f4); do
  echo "{\\"detections\\":[\\"$id\\"],\\"response\\":{\\"kind\\":\\"disarm-autostart\\",\\"at\\":\\"\\",\\"outcome\\":\\"done\\",\\"detail\\":\\"x\\",\\"run\\":\\"${run}\\"}}"
done
echo 'no answer'
`

const detection = (more: Partial<Detection> = {}): Detection => ({
  id: randomUUID(),
  at: '2026-06-01T12:00:00Z',
  verdict: 'confirmed',
  level: 'high',
  title: 'A cron job downloads a script and runs it',
  because: [],
  subject: { kind: 'autostart', path: '/etc/cron.d/x' },
  chain: [],
  findings: [],
  families: [],
  attack: [],
  responses: [],
  afterMs: 1,
  ...more,
})

interface Lab {
  readonly state: string
  readonly responder: ReturnType<typeof makeResponder>
  readonly ran: string[]
  readonly said: string[]
  /** What children were asked, oldest first. */
  asked(): RespondRequest[]
}

function labFor(t: TestContext, settings: object, policy: object = {}, script = answers): Lab {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-responder-'))
  t.after(() => rmSync(state, { recursive: true, force: true }))
  mkdirSync(join(state, 'asked'))
  const launcher = join(state, 'launcher')
  writeFileSync(launcher, script(state))
  chmodSync(launcher, 0o755)
  const [ran, said]: [string[], string[]] = [[], []]
  const parts: ResponderParts = {
    folders: { state, own: join(state, 'agent') },
    launcher,
    config: () => agentConfig.parse(settings),
    policy: () => ({ ...defaultPolicy, prevention: 'block', ...policy }),
    centerAddresses: async () => ['203.0.113.5'],
    ran: one => void ran.push(one),
    log: line => void said.push(line),
    settleMs: 30,
  }
  const asked = () =>
    readdirSync(join(state, 'asked'))
      .filter(name => name.endsWith('.json'))
      .toSorted()
      .map((name): RespondRequest => JSON.parse(readFileSync(join(state, 'asked', name), 'utf8')))
  const responder = makeResponder(parts)
  t.after(() => responder.close())
  return { state, responder, ran, said, asked }
}

test('what comes close together is blocked at once and looked at once', async t => {
  const { responder, asked, ran } = labFor(t, {})
  const [one, two] = [detection(), detection({ subject: { kind: 'autostart', path: '/etc/cron.d/y' } })]
  const [first, second] = await Promise.all([responder.respond(one), responder.respond(two)])
  assert.deepEqual(
    [...first, ...second].map(each => `${each.kind} ${each.outcome} ${each.run}`),
    Array<string>(4).fill(`disarm-autostart done ${run}`),
  )
  const steps = asked().map(each => `${each.step} ${each.detections.length}`)
  assert.deepEqual(steps.toSorted(), ['addresses 2', 'incident 2'])
  assert.deepEqual(asked()[0]?.centers, ['203.0.113.5'])
  assert.deepEqual([...new Set(ran)], [run])
})

test('nothing is done about what is only suspected, and nothing is begun when the agent ends', async t => {
  const { responder, asked } = labFor(t, {})
  assert.deepEqual(await responder.respond(detection({ verdict: 'suspected' })), [])
  await responder.close()
  assert.deepEqual(await responder.respond(detection()), [])
  assert.deepEqual(asked(), [])
})

for (const [what, settings, policy, subject, expected] of [
  ['observing', {}, { prevention: 'observe' }, {}, 'disarm-autostart would'],
  ['a dry run', { response: { dryRun: true } }, {}, {}, 'disarm-autostart would'],
  ['no order may touch it', { orders: { neverTouch: ['/etc/cron.d'] } }, {}, {}, 'disarm-autostart refused'],
  ['observing a process', {}, { prevention: 'observe' }, { kind: 'process', pid: 7 }, 'kill-process would'],
  [
    'observing a login',
    {},
    { prevention: 'observe' },
    { kind: 'login', address: '198.51.100.7' },
    'block-address would',
  ],
] as const)
  test(`${what}: it is told without a child`, async t => {
    const { responder, asked } = labFor(t, settings, policy)
    const told = await responder.respond(
      detection({ subject: { kind: 'autostart', path: '/etc/cron.d/x', ...subject } }),
    )
    assert.deepEqual(
      told.map(one => `${one.kind} ${one.outcome}`),
      [expected],
    )
    assert.deepEqual(asked(), [])
  })

test('clean only where both the center and the owner of the host want it', async t => {
  const settings = { response: { may: ['clean', 'disarm-autostart'] } }
  const without = labFor(t, settings, { autoResponse: 'off' })
  await without.responder.respond(detection())
  const withCenter = labFor(t, settings, { autoResponse: 'confirmed' })
  await withCenter.responder.respond(detection())
  const may = (lab: Lab) => lab.asked().find(one => one.step === 'incident')?.response.may
  assert.deepEqual([may(without), may(withCenter)], [['disarm-autostart'], ['clean', 'disarm-autostart']])
})

test('what nothing could be done about is not looked at again at once', async t => {
  const silent = (folder: string) => answers(folder).replace('done', 'refused')
  const { responder, asked } = labFor(t, {}, {}, silent)
  const steps = () => asked().filter(one => one.step === 'incident').length
  await responder.respond(detection())
  await responder.respond(detection())
  assert.equal(steps(), 1)
  await responder.respond(detection({ subject: { kind: 'autostart', path: '/etc/cron.d/other' } }))
  assert.equal(steps(), 2)
})

test('a child that fails is told in the log, and nothing is thrown', async t => {
  const { responder, said } = labFor(t, {}, {}, () => '#!/bin/sh\necho broken >&2\nexit 70\n')
  assert.deepEqual(await responder.respond(detection()), [])
  assert.deepEqual(await responder.block([{ address: '198.51.100.7', seconds: 60, because: 'x' }]), [])
  assert.match(said.join('\n'), /status 70: broken/)
})

test('a run of ours that was cut off goes on; those of people and orders are left to them', async t => {
  const lab = labFor(t, {}, {}, folder => `#!/bin/sh\necho "$@" >> ${folder}/words\n`)
  const begun = (name: string, program: string, ...more: string[]) => {
    const folder = join(lab.state, 'runs', name)
    mkdirSync(folder, { recursive: true })
    const lines = [JSON.stringify({ entry: 'run', run: name, program }), ...more, '']
    writeFileSync(join(folder, 'journal.jsonl'), lines.join('\n'))
  }
  begun('1-cut', `davylamp 0.1.0 response ${randomUUID()}`)
  begun('2-ended', `davylamp 0.1.0 response ${randomUUID()}`, '{"entry":"ended"}')
  begun('3-person', 'davylamp 0.1.0')
  begun('4-order', `davylamp 0.1.0 order ${randomUUID()}`)
  begun('5-plain', 'davylamp 0.1.0 response')
  await lab.responder.resume()
  assert.deepEqual(lab.ran, ['1-cut', '5-plain'])
  assert.match(readFileSync(join(lab.state, 'words'), 'utf8'), /resume -- 1-cut\n.*resume -- 5-plain\n$/)
})
