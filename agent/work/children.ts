import { lookup } from 'node:dns/promises'
import { existsSync, renameSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Report } from '../../model/wire/index.ts'
import type { WorkerSurroundings } from '../ports.ts'
import { type ChildEnd, runChange, runLook } from './child.ts'
import { rememberChild } from './left-children.ts'
import { LookLines } from './look-lines.ts'
import { documentOf, reasonFrom } from './order-end.ts'

const fullScanSeconds = 86_400
/** For a child whose answer is there. */
const lingerMs = 5_000

/** The program's own commands as children of the agent, on the agent's state folder. */
export class Children {
  readonly #given: WorkerSurroundings
  readonly #ending: AbortSignal
  /** Addressed at every child that looks: `--root=DIR` for a mounted tree. */
  readonly tree: readonly string[]

  constructor(given: WorkerSurroundings, ending: AbortSignal, root: string | undefined) {
    this.#given = given
    this.#ending = ending
    this.tree = root === undefined ? [] : [`--root=${root}`]
  }

  /** A look; everything that it says lies in the spool when this returns. Throws with the reason when it did not end well. */
  async look(words: readonly string[], signal: AbortSignal, order?: string): Promise<LookLines> {
    const { own } = this.#given.folders
    const lines = await this.tell(words, signal, order)
    // From now on only what changes is told.
    if (existsSync(join(own, 'inventory.next.json')))
      renameSync(join(own, 'inventory.next.json'), join(own, 'inventory.json'))
    return lines
  }

  /** A child that tells something besides the inventory; otherwise as `look`. */
  async tell(words: readonly string[], signal: AbortSignal, order?: string): Promise<LookLines> {
    const { own } = this.#given.folders
    const lines = new LookLines(this.#given, order)
    const end = await runLook({
      launcher: this.#given.launcher,
      words: this.#words(words),
      signal: AbortSignal.any([signal, this.#ending]),
      cpuPercent: this.#given.policy().scan.cpuPercent,
      // All files within a small share of a core take hours; one that is ended goes on where it was.
      ...(words.some(word => /^--(?:full$|path=)/.test(word)) ? { seconds: fullScanSeconds } : {}),
      onLine: line => lines.take(line),
      onStart: pid => rememberChild(own, pid, 'look'),
    })
    if (end.status !== 0) throw new Error(reasonFrom(end.stderr, end.status))
    return lines
  }

  /** The one document of a command that changes nothing; undefined when it could not be had. `seconds`: longest time. */
  async ask(
    words: readonly string[],
    signal: AbortSignal,
    { input, seconds }: { readonly input?: unknown; readonly seconds?: number } = {},
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const lines: string[] = []
    const answered = new AbortController()
    let late: NodeJS.Timeout | undefined
    const hear = (line: string) => {
      lines.push(line)
      // A runtime that hangs while it ends must not keep an answer that was given.
      if ((line === '}' || lines.length === 1) && documentOf(lines.join('\n')) !== undefined)
        late ??= setTimeout(() => answered.abort(), lingerMs)
    }
    try {
      const end = await runLook({
        launcher: this.#given.launcher,
        words: this.#words(words),
        ...(input === undefined ? {} : { input: JSON.stringify(input) }),
        ...(seconds === undefined ? {} : { seconds }),
        signal: AbortSignal.any([signal, this.#ending, answered.signal]),
        onLine: hear,
      })
      const document = documentOf([...lines, end.stdout].join('\n'))
      if (document === undefined) this.#given.log(`${words[0] ?? ''}: ${reasonFrom(end.stderr, end.status)}`)
      return document
    } catch (error) {
      if (!answered.signal.aborted) throw error
      this.#given.log(`${words.join(' ')} gave its answer and did not end; it was ended`)
      return documentOf(lines.join('\n'))
    } finally {
      clearTimeout(late)
    }
  }

  /** A command that changes the host; `name` names its output. */
  change(words: readonly string[], name: string, signal: AbortSignal): Promise<ChildEnd> {
    const { own } = this.#given.folders
    return runChange({
      launcher: this.#given.launcher,
      words: this.#words(words),
      output: join(own, 'children', name),
      signal,
      patienceMs: this.#given.patienceMs,
      onStart: pid => rememberChild(own, pid, 'change'),
    })
  }

  /** A run with what became of it, as a report. */
  async reportRun(run: string, order: string | undefined, signal: AbortSignal): Promise<void> {
    const document = await this.ask(['runs', '--', run], signal)
    if (document?.['format'] !== 'davylamp-run') return
    const whole = document as unknown as Extract<Report, { kind: 'run' }>['run']
    this.#given.report({ kind: 'run', ...(order === undefined ? {} : { order }), run: whole })
  }

  /** Where the center is, so that no order can cut this host off from it. */
  async centerAddresses(): Promise<string[]> {
    const center = this.#given.identity()?.center
    if (center === undefined) return []
    const host = new URL(center).hostname.replace(/^\[|\]$/g, '')
    if (isIP(host) !== 0) return [host]
    try {
      return (await lookup(host, { all: true })).map(one => one.address)
    } catch {
      this.#given.log(`the center's name ${host} has no address at the moment`)
      return []
    }
  }

  #words(words: readonly string[]): string[] {
    return ['--json', '--state', this.#given.folders.state, ...words]
  }
}
