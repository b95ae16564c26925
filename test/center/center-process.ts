import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { labAddress } from '../range/lab.ts'

/** What `davylamp --json center` says once it listens. */
export interface CenterDocument {
  readonly address: string
  readonly agents: string
  readonly fingerprint: string
  readonly firstAdmin?: { readonly name: string; readonly password: string }
}

export interface CenterPlace {
  /** Default: a new folder that goes with `close`. */
  readonly state?: string
  /** `postgres://…`; default: the embedded one. */
  readonly store?: string
  readonly people?: number
  readonly agents?: number
}

const launcher = resolve(import.meta.dirname, '../../davylamp')

/** A state folder below which the database's own user can reach its data. */
export function newState(): string {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-center-'))
  chmodSync(state, 0o711)
  return state
}

/** A real `davylamp center`, as a service would run it. */
export class CenterProcess {
  readonly state: string
  readonly peoplePort: number
  readonly agentsPort: number
  readonly #store: string | undefined
  #child: ChildProcess | undefined
  #log = ''
  #document: CenterDocument | undefined

  constructor({ state, store, people = 8443, agents = 8444 }: CenterPlace = {}) {
    this.state = state ?? newState()
    this.#store = store
    this.peoplePort = people
    this.agentsPort = agents
  }

  get document(): CenterDocument {
    if (this.#document === undefined) throw new Error('the center has not started')
    return this.#document
  }

  /** All that it wrote on standard error, over all starts; the last 200,000 characters. */
  get log(): string {
    return this.#log
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it listens; what it says first (the one-time password of the first start among it) is kept. */
  async start(): Promise<CenterDocument> {
    const words = [
      ...['--state', this.state, '--json', 'center', '--address', labAddress],
      ...['--listen', `${labAddress}:${this.peoplePort}`, '--agents', `${labAddress}:${this.agentsPort}`],
      ...(this.#store === undefined ? [] : ['--store', this.#store]),
    ]
    const child = spawn(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-200_000)
    })
    const said = await untilSaid(child)
    if (said === undefined) throw new Error(`the center did not start: ${this.#log.slice(-3_000)}`)
    const before = this.#document?.firstAdmin
    this.#document = { ...(before === undefined ? {} : { firstAdmin: before }), ...said }
    return this.#document
  }

  /** As `systemctl stop` does. */
  stop(): Promise<void> {
    return this.end('SIGTERM')
  }

  /** SIGKILL leaves the embedded database running, as a crash would; the next start adopts it. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Process id of the embedded PostgreSQL's first process; `undefined` when there is none. */
  postgres(): number | undefined {
    const file = findFile(join(this.state, 'postgres'), 'postmaster.pid')
    const pid = file === undefined ? Number.NaN : Number(readFileSync(file, 'utf8').split('\n')[0])
    return Number.isInteger(pid) && isAlive(pid) ? pid : undefined
  }

  /** Ends everything of it, its database too, and removes its state. */
  async close(): Promise<void> {
    await this.end('SIGTERM')
    const pid = this.postgres()
    if (pid !== undefined) process.kill(pid, 'SIGQUIT')
    while (this.postgres() !== undefined) await pause(50)
    rmSync(this.state, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function untilSaid(child: ChildProcess): Promise<CenterDocument | undefined> {
  let text = ''
  for await (const part of child.stdout?.setEncoding('utf8').iterator({ destroyOnReturn: false }) ?? []) {
    text += String(part)
    const document = parsed(text)
    if (document !== undefined) return document
  }
  return undefined
}

function parsed(text: string): CenterDocument | undefined {
  try {
    return JSON.parse(text) as CenterDocument
  } catch {
    return undefined
  }
}

function findFile(folder: string, name: string): string | undefined {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(path => path.endsWith(name))
      .map(path => join(folder, path))[0]
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
