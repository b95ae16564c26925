import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { BlobReader, TextWriter, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { loadAgent, loadJoin, loadWorker } from '../../agent/index.ts'
import { infectedHost } from '../../agent/orders/testing/infected-host.ts'
import { type RunningCenter, startCenter } from '../../center/index.ts'
import { type Ended, runProgram } from '../../cli/center/testing/tree-agent.ts'
import { agentConfig } from '../../model/wire/index.ts'
import { part } from './story.ts'

const launcher = join(import.meta.dirname, '..', '..', 'davylamp')
const password = 'violet-harbour-93-anvil'

test('a quarantined file, from the host through the center into an archive', async context => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-sample-'))
  // PostgreSQL runs as a user of its own and must get to its folder below.
  chmodSync(folder, 0o711)
  const local = { host: '127.0.0.1', port: 0 }
  const log = { info() {}, warn() {}, error: (what: string, fields?: object) => console.error(what, fields) }
  const center = await startCenter({
    state: folder,
    people: local,
    agents: local,
    name: '127.0.0.1',
    program: 'davylamp test',
    log,
  })
  const home = join(folder, 'home')
  mkdirSync(home)
  const run = (words: readonly string[], input = '') =>
    runProgram(words, { input, environment: { HOME: home, TMPDIR: folder } })
  const host = infectedHost(context)
  const sample = readFileSync(join(host.root, '/tmp/.x/xm'))
  const member = await joined(center, host.root, join(folder, 'agent'))
  try {
    await part(context, 'a person signs in', () => signIn(center, run))
    const entry = await part(context, 'the host is scanned and handled: the file lies in quarantine', () =>
      handled(run),
    )
    await part(context, 'before it was fetched there is nothing to download', async () => {
      const none = await run(['hosts', 'download', 'web', entry, '--output', join(folder, 'none.zip')])
      assert.equal(none.status, 64, none.stdout)
      assert.match(none.stderr, /That file is not here/)
    })
    await part(context, 'fetched and downloaded: the very bytes, under the password and no other', async () => {
      fine(await run(['hosts', 'fetch', 'web', entry, '--follow']), /1 of 1 order done/)
      const path = join(folder, 'sample.zip')
      fine(await run(['hosts', 'download', 'web', entry, '--output', path]), /Its password is "infected"/)
      assert.equal(statSync(path).mode & 0o777, 0o600)
      await holds(path, sample)
      const again = await run(['hosts', 'download', 'web', entry, '--output', path])
      assert.match(again.stderr, /already there/)
      const told = JSON.parse(fine(await run(['audit', '--json'])))
      const actions = (told.items as { action: string }[]).map(one => one.action)
      for (const action of ['quarantine.fetch', 'quarantine.download']) assert.ok(actions.includes(action), action)
    })
    await part(context, 'an owner who lets no file leave: the host refuses, and says where that stands', async () => {
      await member.accept(['scan', 'clean', 'restore'])
      const refused = await run(['hosts', 'fetch', 'web', entry, '--follow'])
      assert.equal(refused.status, 30, refused.stderr)
      assert.match(refused.stdout, /takes\s+no\s+orders\s+of\s+kind\s+send-quarantined\s+\(orders\.accept\)/)
      const blind = await run(['hosts', 'processes', 'web', '--refresh'])
      assert.equal(blind.status, 30)
      assert.match(blind.stderr, /takes\s+no\s+orders\s+of\s+kind\s+report-processes/)
    })
  } finally {
    await member.stop()
    await center.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})

type Run = (words: readonly string[], input?: string) => Promise<Ended>

function fine({ status, stdout, stderr }: Ended, pattern = /./): string {
  assert.equal(status, 0, `${stdout}\n${stderr}`)
  assert.match(stdout, pattern)
  return stdout
}

/** A real agent with its real worker; its host is the tree below `root`. */
async function joined(center: RunningCenter, root: string, state: string) {
  const { token } = await center.newToken('test', 'test')
  const address = `https://127.0.0.1:${center.gateway.port}`
  const { joinCenter } = await loadJoin()
  await joinCenter({ state, center: address, token, fingerprint: center.fingerprint, name: 'web', program: 'test' })
  const [{ Agent }, { makeWorker }] = [await loadAgent(), await loadWorker()]
  let config = agentConfig.parse({ center: address })
  const agent = await Agent.start({
    state,
    program: 'davylamp test',
    launcher,
    readConfig: async () => config,
    makeWorker: surroundings => makeWorker(surroundings, { root, watchedFiles: [] }),
    upgrade: () => Promise.reject(new Error('a tree cannot be upgraded')),
    log: () => {},
    connection: { pauseFactor: 0.05 },
    tickMs: 50,
  })
  return {
    stop: () => agent.stop('shutdown'),
    async accept(accept: string[]) {
      config = agentConfig.parse({ center: address, orders: { accept } })
      await agent.reload()
    },
  }
}

async function signIn(center: RunningCenter, run: Run): Promise<void> {
  const first = center.firstAdmin
  assert.ok(first !== undefined)
  const login = ['login', `https://127.0.0.1:${center.api.port}`, '--user', first.name]
  fine(
    await run([...login, '--fingerprint', center.fingerprint, '--password-stdin'], `${first.password}\n${password}\n`),
  )
}

/** The id of the entry of `/tmp/.x/xm`. */
async function handled(run: Run): Promise<string> {
  fine(await run(['hosts', 'scan', 'web', '--follow']))
  const { items } = JSON.parse(fine(await run(['alerts', '--json']))) as { items: { id: string; about: string }[] }
  const incident = items.find(one => one.about === 'incident')
  assert.ok(incident !== undefined)
  const done = await run(['handle', incident.id, '--as', 'in-depth', '--yes', '--follow'])
  assert.ok(done.status === 0 || done.status === 30, done.stderr)
  const box = JSON.parse(fine(await run(['hosts', 'quarantine', '--json']))) as {
    items: { id: string; path: string }[]
  }
  const entry = box.items.find(one => one.path === '/tmp/.x/xm')
  assert.ok(entry !== undefined, JSON.stringify(box))
  return entry.id
}

async function holds(path: string, sample: Buffer): Promise<void> {
  const zip = new Uint8Array(readFileSync(path))
  const open = (secret: string) => new ZipReader(new BlobReader(new Blob([zip])), { password: secret }).getEntries()
  const [file, note] = await open('infected')
  assert.ok(file !== undefined && !file.directory && note !== undefined && !note.directory)
  assert.ok(sample.equals(await file.getData(new Uint8ArrayWriter())))
  const said = JSON.parse(await note.getData(new TextWriter()))
  assert.deepEqual([said.host, said.path, said.size], ['web', '/tmp/.x/xm', sample.length])
  const [locked] = await open('password')
  assert.ok(locked !== undefined && !locked.directory)
  await assert.rejects(locked.getData(new Uint8ArrayWriter()), /password/i)
}
