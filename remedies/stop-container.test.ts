import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Action } from '../model/index.ts'
import { freezers, membersOf, moveTo } from './cgroups.ts'
import { readProcess, until } from './processes.ts'
import { carryOut } from './run.ts'
import { planOf, temporaryHost } from './testing/temporary-host.ts'
import { undoRun } from './undo.ts'

const root = process.getuid?.() === 0 ? false : 'needs root'
const id = `${'0123456789abcdef'.repeat(3)}${process.pid.toString(16).padStart(16, '0')}`
const action: Action = {
  kind: 'stop-container',
  id,
  runtime: 'docker',
  name: 'web',
  path: `/var/lib/docker/containers/${id}/config.v2.json`,
  restartPolicy: 'on-failure',
}

interface Daemon {
  policy: { Name: string; MaximumRetryCount: number }
  readonly asked: string[]
  kill?: () => void
}

/** A socket that answers as Docker's does, for one container. */
function daemonAt(t: TestContext, root: string): Daemon {
  const daemon: Daemon = { policy: { Name: 'on-failure', MaximumRetryCount: 3 }, asked: [] }
  const server = createServer((request, reply) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString()
      daemon.asked.push(`${request.method} ${request.url?.replace(id, 'ID')} ${body}`.trim())
      if (!request.url?.startsWith(`/containers/${id}/`)) return void reply.writeHead(404).end('{}')
      if (request.url.endsWith('/json')) {
        return void reply.end(JSON.stringify({ Id: id, HostConfig: { RestartPolicy: daemon.policy } }))
      }
      if (request.url.endsWith('/update')) {
        daemon.policy = (JSON.parse(body) as { RestartPolicy: Daemon['policy'] }).RestartPolicy
        return void reply.end('{"Warnings":null}')
      }
      if (daemon.kill === undefined) return void reply.writeHead(409).end('{"message":"not running"}')
      daemon.kill()
      reply.writeHead(204).end()
    })
  })
  mkdirSync(join(root, 'run'), { recursive: true })
  writeFileSync(join(root, 'run/docker.pid'), `${process.pid}\n`)
  server.listen(join(root, 'run/docker.sock'))
  t.after(() => server.close())
  return daemon
}

/** A process in a cgroup that is named as Docker names them. */
async function inContainer(t: TestContext): Promise<ChildProcess | undefined> {
  const [freezer] = freezers()
  if (freezer === undefined) return undefined
  const folder = `${freezer.folder}/docker-${id}.scope`
  try {
    mkdirSync(folder)
  } catch {
    return undefined
  }
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  t.after(async () => {
    child.kill('SIGKILL')
    await until(() => membersOf(folder)?.length === 0, 2_000)
    rmdirSync(folder)
  })
  moveTo(folder, child.pid ?? 0)
  return child
}

const ended = ({ pid = 0 }: ChildProcess) => [undefined, 'Z'].includes(readProcess(pid)?.state)

test('Docker itself drops the restart policy and stops it; undo gives the policy back', { skip: root }, async t => {
  const { root, host } = temporaryHost(t, {}, { live: true })
  const daemon = daemonAt(t, root)
  const child = await inContainer(t)
  if (child !== undefined) daemon.kill = () => void child.kill('SIGKILL')
  const run = await carryOut(planOf([action], true), host)
  assert.equal(run.actions[0]?.detail ?? run.actions[0]?.outcome, 'done')
  assert.deepEqual(daemon.policy, { Name: 'no', MaximumRetryCount: 0 })
  if (child !== undefined) assert.ok(ended(child))
  assert.deepEqual(daemon.asked, [
    'GET /containers/ID/json',
    'GET /containers/ID/json',
    'POST /containers/ID/update {"RestartPolicy":{"Name":"no","MaximumRetryCount":0}}',
    ...(child === undefined ? [] : ['POST /containers/ID/kill?signal=KILL']),
  ])
  assert.equal((await carryOut(planOf([action], true), host)).actions[0]?.outcome, 'already-done')
  await undoRun(run.id, host)
  assert.deepEqual(daemon.policy, { Name: 'on-failure', MaximumRetryCount: 3 })
})

test('where Docker does not kill, its processes are', { skip: root }, async t => {
  const { root, host } = temporaryHost(t, {}, { live: true })
  daemonAt(t, root)
  const child = await inContainer(t)
  if (child === undefined) return t.skip('no cgroup to make here')
  const run = await carryOut(planOf([action], true), host)
  assert.equal(run.actions[0]?.detail ?? run.actions[0]?.outcome, 'done')
  assert.ok(await until(() => ended(child), 2_000))
})

test('a container that Docker does not know has changed', { skip: root }, async t => {
  const { root, host } = temporaryHost(t, {}, { live: true })
  daemonAt(t, root)
  const other = { ...action, id: 'f'.repeat(64) }
  assert.equal((await carryOut(planOf([other], true), host)).actions[0]?.outcome, 'changed-since')
})

test('a socket behind which no Docker runs is not spoken to', { skip: root }, async t => {
  const path = `var/lib/docker/containers/${id}/hostconfig.json`
  const { root, host } = temporaryHost(t, { [path]: '{"RestartPolicy":{"Name":"always"}}' }, { live: true })
  const daemon = daemonAt(t, root)
  // Higher than any pid of Linux.
  writeFileSync(join(root, 'run/docker.pid'), '4194305\n')
  const run = await carryOut(planOf([action], true), host)
  assert.equal(run.actions[0]?.outcome, 'done')
  assert.deepEqual(daemon.asked, [])
  assert.equal(host.files.read(`/${path}`)?.toString(), '{"RestartPolicy":{"Name":"no"}}')
})

test('a policy with retries, in the file of a tree', { skip: root }, async t => {
  const path = `var/lib/docker/containers/${id}/hostconfig.json`
  const text = '{"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":5},"Binds":null}'
  const { host } = temporaryHost(t, { [path]: text })
  const run = await carryOut(planOf([action]), host)
  assert.equal(run.actions[0]?.outcome, 'done')
  assert.equal(
    host.files.read(`/${path}`)?.toString(),
    '{"RestartPolicy":{"Name":"no","MaximumRetryCount":0},"Binds":null}',
  )
  await undoRun(run.id, host)
  assert.equal(host.files.read(`/${path}`)?.toString(), text)
})
