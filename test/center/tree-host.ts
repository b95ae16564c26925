import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadJoin } from '../../agent/index.ts'
import { isRecord } from '../../agent/own-files.ts'

export interface TreePlace {
  /** A folder that the caller takes away. */
  readonly folder: string
  readonly name: string
  /** Path in the tree → content. */
  readonly files: Readonly<Record<string, string>>
}

export interface Joining {
  /** `https://host:port` of the agents. */
  readonly center: string
  readonly token: string
  readonly fingerprint: string
}

/** A host in a folder with the real agent, as a process that can be killed. */
export class TreeHost {
  readonly root: string
  readonly state: string
  readonly #folder: string
  readonly #name: string
  #child: ChildProcess | undefined
  #log = ''

  constructor({ folder, name, files }: TreePlace) {
    this.#folder = folder
    this.#name = name
    this.root = join(folder, 'root')
    this.state = join(folder, 'state')
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true })
      writeFileSync(join(this.root, path), content)
    }
  }

  /** What the agent wrote. */
  get log(): string {
    return this.#log
  }

  async join({ center, token, fingerprint }: Joining): Promise<void> {
    const { joinCenter } = await loadJoin()
    await joinCenter({ state: this.state, center, token, fingerprint, name: this.#name, program: 'davylamp test' })
    writeFileSync(join(this.#folder, 'agent.json'), JSON.stringify({ center }))
    // Nothing is due by itself while a test looks.
    const later = Date.now() + 240_000
    const tasks = ['quick', 'inventory', 'kept', 'tampering', 'renewal', 'cost']
    writeFileSync(
      join(this.state, 'agent', 'schedule.json'),
      JSON.stringify(Object.fromEntries(tasks.map(one => [one, later]))),
    )
    this.start()
  }

  start(): void {
    const script = join(import.meta.dirname, 'tree-agent-process.ts')
    const words = ['--disable-warning=ExperimentalWarning', script, this.state, this.root]
    const child = spawn(process.execPath, [...words, join(this.#folder, 'agent.json')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-20_000)
    })
    this.#child = child
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  /** The child of the agent that looks or looked last; undefined when it is gone. */
  lookingPid(): number | undefined {
    const found: unknown = JSON.parse(readFileSync(join(this.state, 'agent', 'child.json'), 'utf8'))
    const pid = isRecord(found) ? Number(found['pid']) : 0
    return commandOf(pid).includes('agent\0look') ? pid : undefined
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return ''
  }
}
