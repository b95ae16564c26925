import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Ask, Connect, Enrol, Leave, Load, Reply, StatusOfAgents } from './agents-process.ts'

/** The processes in which the simulated agents live. */
export class Agents {
  readonly #children: ChildProcess[]
  readonly #count: number

  constructor(processes: number, count: number) {
    this.#count = count
    this.#children = Array.from({ length: processes }, () =>
      fork(join(import.meta.dirname, 'agents-process.ts'), {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        serialization: 'advanced',
      }),
    )
  }

  get pids(): number[] {
    return this.#children.map(one => one.pid ?? 0)
  }

  async start(port: number, authority: string): Promise<void> {
    const each = Math.ceil(this.#count / this.#children.length)
    await Promise.all(
      this.#children.map((child, index) => {
        const first = index * each
        return ask(child, { ask: 'start', port, authority, first, count: Math.min(each, this.#count - first) })
      }),
    )
  }

  async all(question: Enrol | Connect | Load | Leave): Promise<void> {
    await Promise.all(this.#children.map(child => ask(child, question)))
  }

  async status(): Promise<StatusOfAgents[]> {
    return await Promise.all(this.#children.map(async child => (await ask(child, { ask: 'status' })) as StatusOfAgents))
  }

  /** Resolves when all are connected; gives when the last one was welcomed. Rejects after `seconds`. */
  async untilConnected(seconds: number): Promise<number> {
    const deadline = Date.now() + seconds * 1_000
    for (;;) {
      const parts = await this.status()
      const connected = parts.reduce((sum, one) => sum + one.connected, 0)
      if (connected === this.#count) return Math.max(...parts.map(one => one.lastWelcome))
      if (Date.now() > deadline)
        throw new Error(
          `${connected} of ${this.#count} agents are connected: ${parts
            .flatMap(one => one.failures)
            .slice(0, 3)
            .join('; ')}`,
        )
      await new Promise(resolve => setTimeout(resolve, 500))
    }
  }

  async end(): Promise<void> {
    await Promise.all(
      this.#children.map(async child => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }),
    )
  }
}

let asked = 0

/** Answers come in any order: a load takes a minute, and meanwhile the state is asked for. */
async function ask(child: ChildProcess, question: Ask): Promise<unknown> {
  const number = ++asked
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const hear = (reply: Reply) => {
    if (reply.number !== number) return
    if (reply.error === undefined) resolve(reply.answer)
    else reject(new Error(reply.error))
  }
  const end = () => reject(new Error('a process of simulated agents ended'))
  child.on('message', hear)
  child.once('exit', end)
  child.send({ number, question })
  return await promise.finally(() => {
    child.off('message', hear)
    child.off('exit', end)
  })
}
