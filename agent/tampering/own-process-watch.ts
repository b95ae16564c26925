import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Tampering } from './tampering.ts'

/** Libraries of the host: the C library loads those that nsswitch.conf(5) names when a name is first looked up, and a package may replace them. */
const hostLibrary = /^(?:\/usr)?\/lib(?:32|64|x32)?\/.*\.so[.\d]*(?: \(deleted\))?$/

/**
 * Whether somebody reached into this process: a debugger, a library that came later, a program file that was taken away from under it. Each is
 * told once. `program`: folder of the program.
 */
export class OwnProcessWatch {
  readonly #proc: string
  readonly #program: string
  readonly #root: string
  #tracer = 0
  #mapped: Set<string> | undefined
  #exeGone = false

  constructor(program: string, root = '/proc') {
    this.#program = `${program}/`
    this.#root = root
    this.#proc = join(root, 'self')
  }

  /** Cheap, every few seconds: a debugger stays for a moment only. */
  glance(): Tampering[] {
    const tracer = Number(/^TracerPid:\s+(\d+)$/m.exec(this.#read('status'))?.[1] ?? 0)
    if (tracer === this.#tracer) return []
    this.#tracer = tracer
    if (tracer === 0) return []
    return [
      { what: 'traced', detail: `Another program reads and controls the agent (ptrace): ${this.#nameOf(tracer)}.` },
    ]
  }

  check(): Tampering[] {
    return [...this.glance(), ...this.#newLibraries(), ...this.#goneProgram()]
  }

  #newLibraries(): Tampering[] {
    const now = executablesIn(this.#read('maps'))
    const before = this.#mapped
    this.#mapped = new Set([...(before ?? []), ...now])
    const strange = [...now].filter(path => before?.has(path) !== true && !this.#isOwn(path) && !hostLibrary.test(path))
    return strange.map(path => ({
      what: 'code-loaded',
      detail: `Code was loaded into the agent that is not its own: ${path}.`,
    }))
  }

  #isOwn(path: string): boolean {
    return (path.startsWith(this.#program) || path === this.#link('exe')) && !path.endsWith(' (deleted)')
  }

  #goneProgram(): Tampering[] {
    const gone = this.#link('exe').endsWith(' (deleted)')
    const news = gone && !this.#exeGone
    this.#exeGone = gone
    return news ? [{ what: 'program-replaced', detail: 'The file of the running agent was deleted or replaced.' }] : []
  }

  #nameOf(pid: number): string {
    const command = this.#read('cmdline', String(pid)).replaceAll('\0', ' ').trim().slice(0, 200)
    return `${command || 'a process that has ended'} (pid ${pid})`
  }

  #read(name: string, pid = 'self'): string {
    try {
      return readFileSync(join(this.#root, pid, name), 'latin1')
    } catch {
      return ''
    }
  }

  #link(name: string): string {
    try {
      return readlinkSync(join(this.#proc, name))
    } catch {
      return ''
    }
  }
}

/** Files that are mapped as code: /proc/PID/maps (proc(5)). */
function executablesIn(maps: string): Set<string> {
  const found = new Set<string>()
  for (const line of maps.split('\n')) {
    const [, permissions = '', path = ''] = /^\S+ (\S{4}) \S+ \S+ \d+ +(\/.*)$/.exec(line) ?? []
    if (permissions[2] === 'x') found.add(path)
  }
  return found
}
