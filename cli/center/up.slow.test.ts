import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'

const launcher = join(import.meta.dirname, '..', '..', 'davylamp')
const skip = process.getuid?.() === 0 ? false : 'the agent of this host needs root'
const document = z.object({
  address: z.string(),
  agents: z.string(),
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  join: z.string(),
  firstAdmin: z.object({ name: z.string(), password: z.string() }).optional(),
})
type Up = z.infer<typeof document> & { readonly child: ChildProcess }

let state = ''
let ports: readonly [string, string] = ['', '']
let running: Up | undefined

before(async () => {
  state = mkdtempSync(join(tmpdir(), 'davylamp-up-'))
  ports = [await freePort(), await freePort()]
})
after(async () => {
  await stop('SIGTERM')
  rmSync(state, { recursive: true, force: true })
})

async function freePort(): Promise<string> {
  const server = createServer()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise(done => server.close(done))
  return `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

/** Starts it and waits for its one document. */
function up(): Promise<Up> {
  const words = ['--json', '--state', state, 'up', '--listen', ports[0], '--agents', ports[1], '--address', 'localhost']
  const child = spawn(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let complaints = ''
  child.stderr.on('data', (data: Buffer) => {
    complaints += data
  })
  return new Promise((resolve, fail) => {
    child.once('exit', code => fail(new Error(`it ended with ${code}: ${complaints}`)))
    child.stdout.on('data', (data: Buffer) => {
      said += data
      if (!said.endsWith('\n')) return
      child.removeAllListeners('exit')
      running = { ...document.parse(JSON.parse(said)), child }
      resolve(running)
    })
  })
}

async function stop(signal: NodeJS.Signals): Promise<number | null | undefined> {
  if (running === undefined) return undefined
  const { child } = running
  running = undefined
  const ended = new Promise<number | null>(done => child.once('exit', code => done(code)))
  child.kill(signal)
  return ended
}

function ask(path: string): Promise<{ status: number; body: string }> {
  const ca = readFileSync(join(state, 'center', 'people.crt'))
  return new Promise((resolve, fail) => {
    get(`https://localhost:${ports[0].split(':')[1]}${path}`, { ca, agent: false }, response => {
      let body = ''
      response.on('data', data => {
        body += data
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    }).once('error', fail)
  })
}

test('from nothing: a center, this host in it and scanned, a password, a join command', { skip }, async () => {
  const first = await up()
  assert.ok((first.firstAdmin?.password.length ?? 0) >= 12)
  assert.match(first.join, new RegExp(`--ca ${first.fingerprint}`))
  assert.equal((await ask('/healthz')).status, 200)
  assert.equal((await ask('/readyz')).status, 200)
  assert.equal((await ask('/api/v1/hosts')).status, 401)
  const scan = JSON.parse(readFileSync(join(state, 'scans', 'last.json'), 'utf8')) as { scan: { verdict: string } }
  assert.ok(['nothing', 'exposure', 'suspected', 'confirmed'].includes(scan.scan.verdict))
  const flags = readFileSync(`/proc/${first.child.pid}/cmdline`, 'latin1').split('\0')
  assert.ok(flags.includes('--no-concurrent-recompilation'))
  assert.ok(!flags.includes('--optimize-for-size'), 'a center is no scan: it runs without what keeps those small')
  assert.equal(await stop('SIGTERM'), 0)
})

test('started again it is the same center with the same host, and tells no password', { skip }, async () => {
  const identity = readFileSync(join(state, 'agent', 'identity.json'), 'utf8')
  const again = await up()
  assert.equal(again.firstAdmin, undefined)
  assert.equal(readFileSync(join(state, 'agent', 'identity.json'), 'utf8'), identity)
})

test('after a kill without warning it starts again', { skip }, async () => {
  await stop('SIGKILL')
  const again = await up()
  assert.equal(again.firstAdmin, undefined)
  assert.equal((await ask('/readyz')).status, 200)
})

test('a second one on the same ports or folder says what is in the way', { skip }, async () => {
  const other = spawn(launcher, ['--state', state, 'up', '--listen', ports[0], '--agents', ports[1]], { stdio: 'pipe' })
  let said = ''
  other.stderr.on('data', data => {
    said += data
  })
  const status = await new Promise(done => other.once('exit', done))
  assert.equal(status, 64)
  assert.match(said, /another center|already|in use/i)
})
