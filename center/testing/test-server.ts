import { existsSync, mkdtempSync, rmSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Embedded, startEmbedded } from '../store/embedded/index.ts'
import { silentLog } from './silent-log.ts'

export type ServerVersion = 'embedded' | 15

/** The server that tests run on which do not say: `DAVYLAMP_TEST_POSTGRES=15` runs them on Debian's. */
export function serverOfTests(): ServerVersion {
  const asked = process.env['DAVYLAMP_TEST_POSTGRES'] ?? 'embedded'
  if (asked === 'embedded') return 'embedded'
  if (asked === '15') return 15
  throw new Error(`DAVYLAMP_TEST_POSTGRES=${asked}: it is "embedded" or 15`)
}

const debian15 = '/usr/lib/postgresql/15'

/** Why this version cannot be had here; `undefined` when it can. For `test(…, { skip })`. */
export function serverMissing(version: ServerVersion): string | undefined {
  if (version === 'embedded' || existsSync(join(debian15, 'bin', 'postgres'))) return undefined
  return "Debian's PostgreSQL 15 is not installed (postgresql-15)"
}

export function serverBinaries(version: ServerVersion): string | undefined {
  return version === 'embedded' ? undefined : debian15
}

const servers = new Map<ServerVersion, Promise<Embedded>>()

/** One server for each test process and version, in a temporary folder that goes with the process. */
export function testServer(version: ServerVersion): Promise<Embedded> {
  const known = servers.get(version)
  if (known !== undefined) return known
  const starting = start(version)
  servers.set(version, starting)
  return starting
}

/** Ends all servers of this process. */
export async function stopTestServers(): Promise<void> {
  const all = [...servers.values()]
  servers.clear()
  for (const one of all) await (await one).stop()
}

async function start(version: ServerVersion): Promise<Embedded> {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-store-'))
  chmodSync(state, 0o711)
  const server = await startEmbedded({
    state,
    log: silentLog,
    binaries: serverBinaries(version),
    settings: { fsync: false, sharedBuffers: '32MB', connections: 100 },
  })
  // Runs whichever way the test process ends, save SIGKILL; the runner ends one that takes too long with SIGTERM.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1))
  process.once('exit', () => {
    killNow(server)
    rmSync(state, { recursive: true, force: true, maxRetries: 5 })
  })
  return server
}

function killNow(server: Embedded): void {
  const { running, pid } = server.health()
  if (running) process.kill(-pid, 'SIGKILL')
}
