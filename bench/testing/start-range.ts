import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { WatchState } from '../../model/index.ts'
import { runHere } from '../../test/range/machine.ts'
import { checkout, Range } from '../../test/range/range.ts'
import { runtimeFlags } from '../../tools/launch-settings.ts'

/** What `starts time` tells, in nanoseconds from fork to the parent's knowing of the end. */
export interface Timed {
  readonly count: number
  readonly refused: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What `starts storm` tells. `longest` is one start, in nanoseconds. */
export interface Storm {
  readonly started: number
  readonly refused: number
  readonly seconds: number
  readonly longest: number
}

/** What `bench/testing/watching.ts` said last. */
export type Said = WatchState & { readonly rules: number; readonly detections: number }

/** Something that looks at starts while it is on. */
export interface Onlooker {
  readonly name: string
  /** Throws a reason when it cannot be on here. */
  on(): Promise<void>
  off(): Promise<void>
}

const home = '/root/bench'
const readySeconds = 120
/** Programs of packages that end at once and change nothing. */
const packaged = [
  'true',
  'false',
  'pwd',
  'id',
  'date',
  'uname',
  'nproc',
  'arch',
  'tty',
  'df',
  'ls',
  'printenv',
  'groups',
]

/** A range with programs to start; what is guarded in it are its own file systems. */
export class StartRange {
  readonly range: Range
  #serial = 0

  private constructor(range: Range) {
    this.range = range
  }

  static async open(packages: readonly string[]): Promise<StartRange> {
    const range = await Range.open({ packages, prepare: compile })
    return new StartRange(range)
  }

  /** Programs whose content is known after the first start: a small static one, and one of a package. */
  readonly known = { 'small static': `${home}/small`, '/bin/true': '/bin/true' }
  readonly packaged = packaged.map(name => `/usr/bin/${name}`)

  async time(count: number, programs: readonly string[]): Promise<Timed> {
    return JSON.parse(await this.#starts(['time', count, ...programs])) as Timed
  }

  async storm(seconds: number, programs: readonly string[]): Promise<Storm> {
    const told = await this.#starts(['storm', seconds, cpus().length, ...programs])
    return JSON.parse(told) as Storm
  }

  /** Copies that nobody has seen yet, each with a content of its own. */
  async fresh(kind: 'tiny' | 'small' | 'true', count: number): Promise<string[]> {
    const folder = `${home}/fresh-${this.#serial++}`
    const original = kind === 'true' ? '/bin/true' : `${home}/${kind}`
    const copy = `cp ${original} ${folder}/$i && echo ${folder}-$i >> ${folder}/$i && cat ${folder}/$i >/dev/null`
    await this.range.sh(`mkdir ${folder} && for i in $(seq ${count}); do ${copy}; done`)
    return Array.from({ length: count }, (_, at) => `${folder}/${at + 1}`)
  }

  /** The agent's watching in this mode, with a guard where it needs one. */
  watching(mode: 'observe' | 'block'): Onlooker & { said(): Said | undefined } {
    const folder = `${home}/${mode}-${this.#serial++}`
    const said = (): Said | undefined => {
      const path = `${this.range.inside}${folder}/said.json`
      return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Said) : undefined
    }
    let child: ReturnType<Range['startBeside']> | undefined
    return {
      name: mode,
      said,
      on: async () => {
        await this.range.sh(`rm -rf ${folder} && mkdir -p ${folder}`)
        const node = `${checkout}/node_modules/node-linux-${process.arch}/bin/node`
        const words = [node, ...runtimeFlags, `${checkout}/bench/testing/watching.ts`, mode, folder]
        child = this.range.startBeside(words, { env: { MALLOC_ARENA_MAX: '1' } })
        await until(() => isReady(said()), `the agent in ${mode}`)
      },
      off: async () => {
        const ended = new Promise(resolve => child?.once('exit', resolve))
        await this.range.sh(`touch ${folder}/stop`)
        await ended
      },
    }
  }

  close(): Promise<void> {
    return this.range.close()
  }

  async #starts(words: readonly (string | number)[]): Promise<string> {
    return await this.range.sh(`${home}/starts ${words.join(' ')}`, { timeoutMs: 180_000 })
  }
}

export async function until(holds: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + readySeconds * 1000; !holds(); await pause(100))
    if (performance.now() > end) throw new Error(`${what} is not ready after ${readySeconds} s`)
}

/** Rules are read, sensors listen, and in `block` the gate is shut. */
function isReady(said: Said | undefined): boolean {
  if (said === undefined || said.rules === 0 || said.sensors.length === 0) return false
  return said.prevention.mode !== 'block' || said.prevention.problem === undefined
}

function compile(root: string): string[] {
  const to = join(root, home)
  runHere(['mkdir', '-p', to])
  for (const [name, flags] of [
    ['starts', ['-static']],
    ['small', ['-static']],
    ['tiny', ['-static', '-nostdlib']],
  ] as const)
    runHere(['gcc', '-O2', ...flags, '-o', join(to, name), join(import.meta.dirname, `${name}.c`)])
  return []
}
