import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** What `davylamp --json center` prints when it listens. */
export interface Listening {
  readonly address: string
  readonly agents: string
  readonly fingerprint: string
  /** At the first start only. */
  readonly firstAdmin?: { readonly name: string; readonly password: string }
}

export interface CenterProcess {
  readonly pid: number
  readonly listening: Listening
  /** What it logged. */
  log(): string
  /** Resolves when it has ended. */
  end(signal: NodeJS.Signals): Promise<void>
}

export interface Ports {
  readonly people: number
  readonly agents: number
}

const root = join(import.meta.dirname, '..', '..', '..')

/** As the launcher `davylamp` starts the runtime. */
const runtimeFlags = [
  '--disable-warning=ExperimentalWarning',
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  '--openssl-config=/dev/null',
]
/** What the launcher adds so that a scan stays small. A center has more to do. */
export const littleMemory = [
  '--max-semi-space-size=2',
  '--v8-pool-size=1',
  '--no-concurrent-recompilation',
  '--optimize-for-size',
]

/** The real center, by its command, with an embedded PostgreSQL below `state`. Resolves when it listens. */
export async function startCenterProcess(
  state: string,
  ports: Ports,
  moreFlags: readonly string[],
  moreWords: readonly string[] = [],
): Promise<CenterProcess> {
  const args = ['--state', state, '--json', 'center', 'run', '--address', 'localhost']
  const listen = ['--listen', `127.0.0.1:${ports.people}`, '--agents', `127.0.0.1:${ports.agents}`]
  const child = spawn(
    process.execPath,
    [...runtimeFlags, ...moreFlags, join(root, 'cli', 'main.ts'), ...args, ...listen, ...moreWords],
    { cwd: state, stdio: ['ignore', 'pipe', 'pipe'], env: environment() },
  )
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-200_000)
  })
  const ended = once(child, 'exit')
  const listening = await firstDocument(child, ended, () => log)
  return {
    pid: child.pid ?? 0,
    listening,
    log: () => log,
    end: async signal => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      await ended
    },
  }
}

/** Two ports of 127.0.0.1 that were free a moment ago; a center that starts again needs the same ones. */
export async function freePorts(): Promise<Ports> {
  const servers = [createServer(), createServer()]
  const ports = await Promise.all(
    servers.map(async server => {
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      return typeof address === 'object' && address !== null ? address.port : 0
    }),
  )
  await Promise.all(
    servers.map(server => {
      server.close()
      return once(server, 'close')
    }),
  )
  const [people = 0, agents = 0] = ports
  return { people, agents }
}

function environment(): Record<string, string> {
  const cache = join(root, '.cache', 'compile')
  return {
    MALLOC_ARENA_MAX: '1',
    NODE_COMPILE_CACHE: cache,
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/',
    LANG: 'C.UTF-8',
  }
}

async function firstDocument(child: ChildProcess, ended: Promise<unknown>, log: () => string): Promise<Listening> {
  let text = ''
  const said = new Promise<Listening>(resolve =>
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      text += more
      const document = parsed(text)
      if (document !== undefined) resolve(document)
    }),
  )
  const failed = ended.then(() => Promise.reject(new Error(`the center did not start:\n${text}${log()}`)))
  failed.catch(() => {})
  return await Promise.race([said, failed])
}

function parsed(text: string): Listening | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
