import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ExecEvent } from '../../model/index.ts'
import { isRecord, readJson, replaceJson } from '../own-files.ts'

const enders = new Set(['kill', 'pkill', 'killall', 'killall5', 'skill', 'xkill'])
const debuggers = new Set(['gdb', 'strace', 'ltrace', 'perf', 'bpftrace', 'gcore'])
const services = new Set(['systemctl', 'service', 'initctl', 'rc-service', 'invoke-rc.d'])

/**
 * Remembers the last command that was aimed at the agent, in a file: whoever is killed by it cannot tell any more, and the next agent can. A `kill` that
 * is built into a shell is no program and is not seen.
 */
export class AimedCommands {
  readonly #path: string
  readonly #pid: number

  constructor(own: string, pid = process.pid) {
    this.#path = join(own, 'aimed.json')
    this.#pid = pid
  }

  /** Called for every start of a program that a sensor tells; decides within a microsecond that nearly all are none of our business. */
  note(event: ExecEvent): void {
    if (!this.#isAimed(event)) return
    const { at, pid, user, command, ancestors } = event
    const above = ancestors.map(one => one.name ?? one.path ?? `pid ${one.pid}`).slice(0, 5)
    replaceJson(this.#path, { at, pid, user, command: command.slice(0, 300), above })
  }

  /** In words, and then forgotten; undefined when there was none since a time. */
  take(since: string): string | undefined {
    const kept = readJson(this.#path)
    rmSync(this.#path, { force: true })
    if (!isRecord(kept) || typeof kept['at'] !== 'string' || kept['at'] < since) return undefined
    const { at, pid, user, command, above } = kept
    const started = Array.isArray(above) && above.length > 0 ? `, started by ${above.join(' < ')}` : ''
    return `At ${at} ${typeof user === 'string' ? user : 'somebody'} ran: ${String(command)} (pid ${String(pid)}${started}).`
  }

  #isAimed({ argv, path, file }: ExecEvent): boolean {
    const name = basename(argv[0] ?? path ?? file ?? '')
    const words = argv.slice(1)
    const named = words.some(word => /davylamp/i.test(word))
    if (enders.has(name)) return named || words.includes(String(this.#pid))
    if (debuggers.has(name)) return named || words.some(word => word === String(this.#pid) || word === `-p${this.#pid}`)
    return services.has(name) && named && words.some(word => /^(?:stop|kill|disable|mask|restart|freeze)$/.test(word))
  }
}
