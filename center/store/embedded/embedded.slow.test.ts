import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Log } from '../../context.ts'
import { serverMissing, silentLog, startProcess } from '../../testing/index.ts'
import { uuid7 } from '../../uuid7.ts'
import { upgradeEmbedded } from '../backup/index.ts'
import { ensureTenant } from '../first-tenant.ts'
import { openStore } from '../store.ts'
import { findBinaries, startEmbedded } from './index.ts'
import { readPidFile, runningServer, stopServer } from './postmaster.ts'
import { processKey, serversIn, stillRuns } from './processes.ts'

const root = process.getuid?.() === 0
const needsRoot = root ? false : 'only root can start programs as another user'

describe('embedded PostgreSQL', () => {
  let folder: string
  let state: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'davylamp-pg-'))
    chmodSync(folder, 0o755)
    state = join(folder, 'state')
  })
  afterEach(async () => {
    for (const major of [15, 18]) {
      const running = runningServer(join(state, 'postgres', `data-${major}`))
      if (running !== undefined) await stopServer(running)
    }
    rmSync(folder, { recursive: true, force: true })
  })

  test('root starts it as a user that nobody has; this host’s accounts stay as they are', {
    skip: needsRoot,
  }, async () => {
    const accounts = readFileSync('/etc/passwd', 'utf8') + readFileSync('/etc/group', 'utf8')
    const server = await startEmbedded({ state, log: silentLog })
    const { pid, running, version } = server.health()
    assert.equal(running, true)
    assert.match(version, /^18\./)
    const { uid } = statSync(`/proc/${pid}`)
    assert.ok(uid >= 61184 && uid <= 65519, `uid ${uid}`)
    assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Groups:\s*$/m)
    assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^CapEff:\s*0+$/m)
    assert.equal(statSync(server.data).uid, uid)
    assert.deepEqual(statSync(join(state, 'postgres', 'password')).mode & 0o777, 0o600)
    assert.equal(statSync(join(state, 'postgres', 'password')).uid, 0)
    assert.equal(
      socketsOf(pid).some(line => line.includes(' 0A ')),
      false,
      'it listens on the network',
    )
    assert.equal(readFileSync('/etc/passwd', 'utf8') + readFileSync('/etc/group', 'utf8'), accounts)
    await server.stop()
    assert.deepEqual(serversIn(server.data), [])
    const again = await startEmbedded({ state, log: silentLog })
    assert.equal(statSync(`/proc/${again.health().pid}`).uid, uid)
    await again.stop()
  })

  test('whoever is not root starts it as himself', { skip: needsRoot }, async () => {
    mkdirSync(state)
    chownSync(state, 65534, 65534)
    const center = startProcess('hold-store.ts', [state], 65534)
    const said = await center.next()
    assert.equal(said?.['error'], undefined)
    const server = processKey(Number(said?.['pid']))
    assert.ok(server !== undefined)
    assert.equal(statSync(`/proc/${server.pid}`).uid, 65534)
    await center.end()
    assert.equal(stillRuns(server), false)
  })

  test('where no mount namespace can be made, it runs as nobody and says so', { skip: needsRoot }, async () => {
    const programs = join(folder, 'bin')
    mkdirSync(programs)
    for (const name of ['setpriv', 'getent', 'sh']) symlinkSync(`/usr/bin/${name}`, join(programs, name))
    const warnings: string[] = []
    const log: Log = { ...silentLog, warn: what => warnings.push(what) }
    const path = process.env['PATH']
    process.env['PATH'] = programs
    try {
      const server = await startEmbedded({ state, log })
      assert.equal(statSync(`/proc/${server.health().pid}`).uid, 65534)
      await server.stop()
    } finally {
      process.env['PATH'] = path
    }
    assert.match(warnings.join(), /runs as nobody/)
  })

  test('programs that its user cannot reach are copied, and their missing links are made', {
    skip: needsRoot,
  }, async () => {
    const hidden = join(folder, 'hidden')
    mkdirSync(hidden, { mode: 0o700 })
    cpSync(findBinaries().folder, join(hidden, 'native'), {
      recursive: true,
      filter: path => !path.endsWith('.a') && (path.endsWith('native') || !isLink(path)),
    })
    const server = await startEmbedded({ state, log: silentLog, binaries: join(hidden, 'native') })
    const { pid, version } = server.health()
    assert.equal(readlinkSync(`/proc/${pid}/exe`), join(state, 'postgres', version, 'bin', 'postgres'))
    await server.stop()
  })

  test('a state folder below one that is closed to others is refused in words', { skip: needsRoot }, async () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    await assert.rejects(startEmbedded({ state: join(closed, 'state'), log: silentLog }), {
      name: 'StoreError',
      message: /because .*\/closed is closed to others\. Name another folder with --state DIR\.$/,
    })
  })

  test('a folder without PostgreSQL, and a path too long for a socket, are refused in words', async () => {
    await assert.rejects(
      startEmbedded({ state, log: silentLog, binaries: folder }),
      /bin\/postgres and bin\/initdb are wanted/,
    )
    const long = join(folder, 'x'.repeat(100))
    await assert.rejects(startEmbedded({ state: long, log: silentLog }), /too long for a socket .*--state DIR/)
  })

  test('a second center on the state folder is refused, from this process or another, until the first has ended', async () => {
    const first = startProcess('hold-store.ts', [state])
    const { pid } = (await first.next()) ?? {}
    assert.equal(typeof pid, 'number')
    const refused = {
      name: 'StoreError',
      message: new RegExp(`Another center \\(process ${first.child.pid}\\) works with `),
    }
    await assert.rejects(startEmbedded({ state, log: silentLog }), refused)
    const second = startProcess('hold-store.ts', [state])
    assert.match(String((await second.next())?.['error']), refused.message)
    await second.end('SIGKILL')
    await first.end('SIGKILL')
    const next = await startEmbedded({ state, log: silentLog })
    assert.equal(next.health().pid, pid, 'PostgreSQL outlived its center and was adopted')
    await next.stop()
  })

  test('a pid file whose pid belongs to another process now does not keep it from starting', async () => {
    const first = await startEmbedded({ state, log: silentLog })
    const pidFile = join(first.data, 'postmaster.pid')
    const text = readFileSync(pidFile, 'utf8')
    await first.stop()
    const other = spawn('sleep', ['60'])
    await once(other, 'spawn')
    try {
      writeFileSync(pidFile, text.replace(/^\d+/, String(other.pid)))
      chownSync(pidFile, statSync(first.data).uid, statSync(first.data).gid)
      const second = await startEmbedded({ state, log: silentLog })
      assert.notEqual(second.health().pid, other.pid)
      assert.equal(other.exitCode, null, 'the other process was left alone')
      await second.stop()
    } finally {
      other.kill('SIGKILL')
    }
  })

  test('when it is killed it is started again, and work that had not been committed is done again', async () => {
    const store = await openStore({ source: { embedded: { state } }, log: silentLog })
    const { tenant } = await ensureTenant(store)
    const killed = store.embedded?.health().pid ?? 0
    let tries = 0
    await store.tenant(tenant, async db => {
      await db.insertInto('host_group').values({ tenant_id: tenant, group_id: uuid7(), name: 'kept' }).execute()
      if (++tries === 1) process.kill(killed, 'SIGKILL')
      // The backend ends at its next look at the postmaster's pipe, which a short sleep makes it take.
      for (let turn = 0; tries === 1 && turn < 200; turn++) await sql`SELECT pg_sleep(0.05)`.execute(db)
    })
    const groups = await store.tenant(tenant, db => db.selectFrom('host_group').select('name').execute())
    assert.deepEqual(groups.map(one => one.name).sort(), ['All hosts', 'kept'])
    const health = store.embedded?.health()
    assert.deepEqual(
      { tries, running: health?.running, restarts: health?.restarts },
      { tries: 2, running: true, restarts: 1 },
    )
    assert.notEqual(health?.pid, killed)
    await store.close()
    assert.equal(readPidFile(join(state, 'postgres', 'data-18')), undefined)
  })

  test('left running, it is adopted by the next center', async () => {
    const first = await openStore({ source: { embedded: { state } }, log: silentLog })
    const pid = first.embedded?.health().pid
    await first.leave()
    const second = await openStore({ source: { embedded: { state } }, log: silentLog })
    assert.equal(second.embedded?.health().pid, pid)
    await second.close()
  })

  test('data of an older version is refused, then moved over whole; the old data stays', {
    skip: serverMissing(15) ?? false,
  }, async () => {
    const debian = '/usr/lib/postgresql/15'
    const old = await openStore({ source: { embedded: { state, binaries: debian } }, log: silentLog })
    const { tenant } = await ensureTenant(old, 'from 15')
    await old.close()
    const options = { state, log: silentLog, program: '1.0.0' }
    await assert.rejects(
      startEmbedded(options),
      /data here is of PostgreSQL 15, and this program brings 18\. Move it with/,
    )
    await assert.rejects(upgradeEmbedded({ ...options, oldBinaries: folder }), /Install it \(Debian: postgresql-15\)/)
    // An upgrade that was cut short left this behind.
    mkdirSync(join(state, 'upgrade', 'postgres', 'data-18'), { recursive: true })
    const moved = await upgradeEmbedded(options)
    assert.deepEqual({ from: moved?.from, to: moved?.to }, { from: 15, to: 18 })
    assert.equal(moved?.kept, join(state, 'postgres', 'data-15'))
    assert.equal(existsSync(join(state, 'postgres', 'data-15', 'PG_VERSION')), true)
    const now = await openStore({ source: { embedded: { state } }, log: silentLog })
    const tenants = await now.system(db => db.selectFrom('tenant').select(['tenant_id', 'name']).execute())
    assert.deepEqual(tenants, [{ tenant_id: tenant, name: 'from 15' }])
    await now.close()
    assert.equal(await upgradeEmbedded(options), undefined)
    assert.equal(existsSync(join(state, 'upgrade')), false)
  })

  test('stopping ends every process of it', async () => {
    const server = await startEmbedded({ state, log: silentLog })
    const all = serversIn(server.data)
    assert.ok(all.length > 3, 'the postmaster and its helpers')
    await server.stop()
    assert.deepEqual(all.filter(stillRuns), [])
  })
})

/** The listening TCP sockets among the descriptors of a process. */
function socketsOf(pid: number): string[] {
  const own = new Set(
    [...Array(1024).keys()].flatMap(number => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${number}`))?.[1] ?? []
      } catch {
        return []
      }
    }),
  )
  return ['tcp', 'tcp6'].flatMap(name =>
    readFileSync(`/proc/${pid}/net/${name}`, 'utf8')
      .split('\n')
      .filter(line => own.has(line.trim().split(/\s+/)[9] ?? '')),
  )
}

function isLink(path: string): boolean {
  try {
    readlinkSync(path)
    return true
  } catch {
    return false
  }
}
