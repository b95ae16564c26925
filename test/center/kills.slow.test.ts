import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { joinCenter } from '../../agent/join.ts'
import { everyPage } from '../../client/index.ts'
import { inNamespaces, inside } from '../../remedies/testing/inner-run.ts'
import { Lab } from '../range/lab.ts'
import { CenterProcess } from './center-process.ts'
import { rootGroup } from './member.ts'
import { firstAdmin, type Person } from './person.ts'
import { until } from './until.ts'

const missing = process.getuid?.() === 0 ? false : 'needs root for a network of its own'
inNamespaces(import.meta.url, missing, 1_400)

const kills = 27
/** In turn; a center takes longest to come back. */
const victims = ['agent', 'postgres', 'center', 'agent', 'postgres'] as const

test('SIGKILL of center, agent and PostgreSQL during a stream of reports: nothing lost, nothing doubled', {
  skip: !inside,
}, async context => {
  Lab.open()
  const center = new CenterProcess()
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-chatty-'))
  const place = { state: join(folder, 'state'), ledger: join(folder, 'ledger') }
  let agent: ChattyAgent | undefined
  try {
    const admin = await firstAdmin(await center.start())
    const host = await enrol(admin, center, place.state)
    agent = new ChattyAgent(place, center.document.agents)
    const killed = await killAtRandom(context, { center, agent, flows: flowOf(admin, host.agent) })
    agent.fallSilent()
    await compare(context, admin, host, place.ledger, killed)
  } finally {
    await agent?.end('SIGKILL')
    await center.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

interface Host {
  readonly id: string
  readonly agent: string
}

async function enrol(admin: Person, { document }: CenterProcess, state: string): Promise<Host> {
  const group = await rootGroup(admin)
  const { token } = await admin.api.createEnrolmentToken({ body: { group } })
  const { agents: center, fingerprint } = document
  const { agent } = await joinCenter({ state, center, token, fingerprint, program: 'davylamp test' })
  const { host } = await admin.api.getAgent({ params: { agent } })
  return { id: host.id, agent }
}

/** Resolves when more was stored than at the last call. */
function flowOf({ api }: Person, agent: string): () => Promise<void> {
  let before = 0
  return async () => {
    before = await until(
      'reports flow',
      async () => {
        const { acknowledged } = await api.getAgent({ params: { agent } })
        return acknowledged > before ? acknowledged : undefined
      },
      { everyMs: 100, seconds: 90 },
    )
  }
}

interface Victims {
  readonly center: CenterProcess
  readonly agent: ChattyAgent
  /** Waits until the stream flows again. */
  flows(): Promise<void>
}

/** How often each was killed. Whoever is down is started again by whoever does that in real life: systemd, or the center itself. */
async function killAtRandom(context: TestContext, { center, agent, flows }: Victims) {
  const killed = { agent: 0, center: 0, postgres: 0 }
  const moments: string[] = []
  for (let turn = 0; turn < kills; turn++) {
    await flows()
    const victim = victims[turn % victims.length] ?? 'agent'
    const waitMs = Math.round(Math.random() * 500)
    moments.push(`${victim} after ${waitMs} ms`)
    await pause(waitMs)
    if (victim === 'agent') await agent.killed()
    if (victim === 'center') {
      await center.end('SIGKILL')
      await center.start()
    }
    if (victim === 'postgres') await killPostgres(center)
    killed[victim]++
  }
  context.diagnostic(moments.join(', '))
  return killed
}

async function killPostgres(center: CenterProcess): Promise<void> {
  const before = await until('PostgreSQL runs', () => center.postgres())
  process.kill(before, 'SIGKILL')
  await until(
    'the center starts PostgreSQL again',
    () => {
      const now = center.postgres()
      return now !== undefined && now !== before ? now : undefined
    },
    { explain: () => center.log.slice(-3_000) },
  )
}

async function compare(
  context: TestContext,
  { api }: Person,
  host: Host,
  ledgerPath: string,
  killed: Readonly<Record<(typeof victims)[number], number>>,
): Promise<void> {
  const ledger = readFileSync(ledgerPath, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map(line => line.split(' '))
  const last = Number(ledger.at(-1)?.[0] ?? 0)
  await until(
    'all that the agent had in its spool is stored',
    async () => {
      const { acknowledged } = await api.getAgent({ params: { agent: host.agent } })
      return acknowledged >= last
    },
    { seconds: 120 },
  )
  const stored = new Map<string, number>()
  for await (const { what, detail } of everyPage(api.listHostEvents, {
    params: { host: host.id },
    query: { limit: 500 },
  }))
    if (what === 'tampering') {
      const { what, detail: id } = detail as { what: string; detail: string }
      if (what === 'stream') stored.set(id, (stored.get(id) ?? 0) + 1)
    }
  const told = new Set(ledger.map(([, id = '']) => id))
  context.diagnostic(`${told.size} reports, ${JSON.stringify(killed)}`)
  assert.ok(told.size > 500, `only ${told.size} reports`)
  assert.deepEqual(
    {
      lost: [...told].filter(id => !stored.has(id)).length,
      doubled: [...stored.values()].filter(times => times > 1).length,
    },
    { lost: 0, doubled: 0 },
  )
  // An agent that is killed between its spool and its ledger told one more than the ledger says.
  assert.ok(stored.size - told.size <= killed.agent, `${stored.size - told.size} reports are nobody's`)
  assert.ok(killed.agent + killed.center + killed.postgres >= 25)
}

/** The agent, as systemd would keep it running. */
class ChattyAgent {
  readonly #words: readonly string[]
  #child: ChildProcess

  constructor({ state, ledger }: { readonly state: string; readonly ledger: string }, center: string) {
    const program = join(import.meta.dirname, 'chatty-agent.ts')
    this.#words = ['--disable-warning=ExperimentalWarning', program, state, center, ledger]
    this.#child = this.#start()
  }

  fallSilent(): void {
    this.#child.kill('SIGUSR2')
  }

  async killed(): Promise<void> {
    await this.end('SIGKILL')
    this.#child = this.#start()
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }

  #start(): ChildProcess {
    return spawn(process.execPath, this.#words, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
}
