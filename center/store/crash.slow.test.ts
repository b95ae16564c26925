import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { ClientConfig } from 'pg'
import { silentLog, startProcess, type TestProcess } from '../testing/index.ts'
import { uuid7 } from '../uuid7.ts'
import { runningServer } from './embedded/postmaster.ts'
import { serversIn } from './embedded/processes.ts'
import { ensureTenant } from './first-tenant.ts'
import { openStore } from './store.ts'

const rounds = 7
const victims = ['postmaster', 'backend', 'writer', 'center'] as const

test(`${rounds * victims.length} SIGKILLs of PostgreSQL, its backends, writers and centers: nothing acknowledged is lost, nothing doubled`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-crash-'))
  chmodSync(folder, 0o711)
  const play = new Play(join(folder, 'state'))
  try {
    await play.begin()
    for (let round = 0; round < rounds; round++)
      for (const victim of victims) {
        await play.progress()
        await sleep(randomInt(150))
        await play.kill(victim)
      }
    await play.progress()
    await play.check()
  } finally {
    await play.end()
    rmSync(folder, { recursive: true, force: true })
  }
})

class Play {
  readonly #state: string
  readonly #acknowledged: Record<string, number> = {}
  #center: TestProcess | undefined
  #writer: TestProcess | undefined
  #reading: Promise<void> | undefined
  #connection: ClientConfig = {}
  #tenant = ''
  #server = 0

  constructor(state: string) {
    this.#state = state
  }

  async begin(): Promise<void> {
    const store = await openStore({ source: { embedded: { state: this.#state } }, log: silentLog })
    const { tenant, group } = await ensureTenant(store)
    for (let number = 0; number < 4; number++) {
      const [host, agent] = [uuid7(), uuid7()]
      await store.tenant(tenant, async db => {
        await db.insertInto('host').values({ tenant_id: tenant, host_id: host, group_id: group, name: agent }).execute()
        await db
          .insertInto('agent')
          .values({ tenant_id: tenant, agent_id: agent, host_id: host, state: 'active' })
          .execute()
      })
      this.#acknowledged[agent] = 0
    }
    this.#tenant = tenant
    await store.leave()
    await this.#startCenter()
    this.#startWriter()
  }

  /** Until every agent had something acknowledged that was not before: all has recovered from the kill before. */
  async progress(): Promise<void> {
    const before = { ...this.#acknowledged }
    const deadline = Date.now() + 60_000
    while (Object.entries(this.#acknowledged).some(([agent, number]) => number <= (before[agent] ?? 0) + 1)) {
      assert.ok(Date.now() < deadline, `nothing is stored any more; the writer said: ${this.#writer?.errors()}`)
      await sleep(5)
    }
  }

  async kill(victim: (typeof victims)[number]): Promise<void> {
    const data = join(this.#state, 'postgres', 'data-18')
    const postmaster = serversIn(data).find(one => one.pid === this.#server)?.pid
    if (victim === 'writer') {
      await this.#writer?.end('SIGKILL')
      await this.#reading
      this.#startWriter()
    } else if (victim === 'center') {
      const alive = postmaster !== undefined
      await this.#center?.end('SIGKILL')
      const server = this.#server
      await this.#startCenter()
      if (alive) assert.equal(this.#server, server, 'the running PostgreSQL was adopted')
    } else {
      const backends = serversIn(data).filter(one => one.pid !== this.#server)
      const pid = victim === 'postmaster' ? this.#server : backends[randomInt(backends.length)]?.pid
      try {
        process.kill(pid ?? 0, 'SIGKILL')
      } catch {}
      if (victim === 'postmaster') await this.#newServer(data)
    }
  }

  /** What is in the store is 1, 2, 3 … of each agent, each once, and at least what was acknowledged. */
  async check(): Promise<void> {
    await this.#writer?.end('SIGKILL')
    await this.#reading
    await this.#center?.end('SIGKILL')
    const store = await openStore({ source: { embedded: { state: this.#state } }, log: silentLog })
    try {
      const { rows } = await store.system(db =>
        sql<{ agent: string; rows: number; different: number; highest: number; acknowledged: number }>`
          SELECT a.agent_id AS agent, a.acknowledged, count(*) AS rows, count(DISTINCT e.what) AS different, max(e.what::bigint) AS highest
          FROM agent a JOIN host_event e USING (tenant_id, host_id) GROUP BY 1, 2`.execute(db),
      )
      assert.equal(rows.length, 4)
      for (const { agent, rows: stored, different, highest, acknowledged } of rows) {
        assert.deepEqual(
          { stored, different, highest },
          { stored: acknowledged, different: acknowledged, highest: acknowledged },
        )
        assert.ok(
          acknowledged >= (this.#acknowledged[agent] ?? 0),
          `acknowledged ${this.#acknowledged[agent]}, stored ${acknowledged}`,
        )
      }
    } finally {
      await store.close()
    }
  }

  async end(): Promise<void> {
    await this.#writer?.end('SIGKILL')
    await this.#center?.end('SIGKILL')
    for (const { pid } of serversIn(join(this.#state, 'postgres', 'data-18'))) process.kill(pid, 'SIGKILL')
  }

  async #startCenter(): Promise<void> {
    this.#center = startProcess('hold-store.ts', [this.#state])
    const said = await this.#center.next()
    assert.equal(typeof said?.['pid'], 'number', `${said?.['error']} ${this.#center.errors()}`)
    this.#server = Number(said?.['pid'])
    this.#connection = said?.['connection'] as ClientConfig
  }

  #startWriter(): void {
    const writer = startProcess('write-reports.ts', [
      JSON.stringify([this.#connection, this.#tenant, this.#acknowledged]),
    ])
    this.#writer = writer
    this.#reading = this.#read(writer)
  }

  async #read(writer: TestProcess): Promise<void> {
    for (let said = await writer.next(); said !== undefined; said = await writer.next()) {
      const [agent, sequence] = [String(said['agent']), Number(said['sequence'])]
      assert.equal(sequence, (this.#acknowledged[agent] ?? 0) + 1, 'in order, without a gap')
      this.#acknowledged[agent] = sequence
    }
  }

  /** The center starts it again by itself; its pid is in the file that PostgreSQL writes. */
  async #newServer(data: string): Promise<void> {
    const before = this.#server
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(20)) {
      const pid = runningServer(data)?.pid
      if (pid === undefined || pid === before) continue
      this.#server = pid
      return
    }
    assert.fail('the center did not start PostgreSQL again')
  }
}
