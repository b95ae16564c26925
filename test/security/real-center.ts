import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../center/testing/index.ts'
import { type RunningCenter, startCenter } from '../../center/start.ts'
import { Browser } from './browser.ts'

/** A whole center as `davylamp center` runs it: its own PostgreSQL, both ports, all workers. */
export interface RealCenter {
  readonly running: RunningCenter
  readonly state: string
  /** PEM of its authority. */
  readonly ca: string
  readonly peoplePort: number
  readonly agentsPort: number
  readonly log: readonly LogLine[]
  /** Lets one host in. */
  token(): Promise<string>
  /** Nobody is signed in there. */
  browser(): Browser
  /** The first administrator, past the change of the one-time password. Once for each center. */
  admin(): Promise<Browser>
  close(): Promise<void>
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly what: string
  readonly fields: Readonly<Record<string, unknown>>
}

export const adminPassword = 'violet-harbour-93-anvil'

export async function realCenter(): Promise<RealCenter> {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-security-'))
  // PostgreSQL runs as a user of its own and must get to its folder below.
  chmodSync(state, 0o711)
  const log: LogLine[] = []
  const keep =
    (level: LogLine['level']) =>
    (what: string, fields: LogLine['fields'] = {}) => {
      if (log.length < 10_000) log.push({ level, what, fields })
    }
  const loopback = { host: '127.0.0.1', port: 0 }
  const running = await startCenter({
    state,
    people: loopback,
    agents: loopback,
    name: '127.0.0.1',
    program: 'davylamp test',
    log: { ...silentLog, info: keep('info'), warn: keep('warn'), error: keep('error') },
  })
  // PostgreSQL outlives a center that is cut off; not that of a test.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1))
  process.once('exit', () => endNow(running, state))
  const ca = running.keys.authority.certificate
  const browser = () => new Browser(running.api.port, ca)
  return {
    running,
    state,
    ca,
    peoplePort: running.api.port,
    agentsPort: running.gateway.port,
    log,
    browser,
    token: async () => (await running.newToken('test', 'test')).token,
    async admin() {
      const { firstAdmin } = running
      if (firstAdmin === undefined) throw new Error('there is an administrator already')
      const one = browser()
      await one.call('POST', '/login', { name: firstAdmin.name, password: firstAdmin.password })
      const changed = await one.call('PUT', '/profile/password', { old: firstAdmin.password, new: adminPassword })
      if (changed.status !== 200) throw new Error(changed.text)
      return one
    },
    async close() {
      await running.stop()
      rmSync(state, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function endNow({ store }: RunningCenter, state: string): void {
  const health = store.embedded?.health()
  if (health?.running === true) process.kill(-health.pid, 'SIGKILL')
  rmSync(state, { recursive: true, force: true, maxRetries: 5 })
}
