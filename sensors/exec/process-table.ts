import type { Ancestor } from '../../model/index.ts'

const mostProcesses = 8192
const mostAncestors = 8
const mostHops = 64
/** Of a command line is kept what people and rules need of an ancestor: the table holds thousands of them. */
const longestCommand = 1000

interface Row {
  readonly pid: number
  readonly startTime: number | undefined
  readonly parentPid: number | undefined
  readonly name: string | undefined
  readonly path: string | undefined
  readonly command: string | undefined
  /** It still has the program of the one that made it. */
  readonly forked?: boolean
}

/** The processes that were seen to start a program, also those that have ended: what downloads lives for a second. */
export class ProcessTable {
  readonly #rows = new Map<number, Row>()
  readonly #lookUp: (pid: number) => Row | undefined

  /** `lookUp` asks the running system about a process that was there before. */
  constructor(lookUp: (pid: number) => Row | undefined) {
    this.#lookUp = lookUp
  }

  get size(): number {
    return this.#rows.size
  }

  /** A process was made. What it is called comes with its program. */
  noteFork(pid: number, creatorPid: number, startTime: number): void {
    if (creatorPid === 0) return
    const maker = this.#known(creatorPid, startTime)
    this.#keep({
      pid,
      startTime,
      parentPid: creatorPid,
      name: maker?.name,
      path: maker?.path,
      command: maker?.command,
      forked: true,
    })
  }

  /** A program was started. Who made the process stays who made it, also when its parent is another one by now. */
  note(row: Row): void {
    const before = this.#rows.get(row.pid)
    const same = before !== undefined && before.startTime === row.startTime
    this.#keep(same ? { ...row, parentPid: before.parentPid } : row)
  }

  #keep(row: Row): void {
    // The newest are at the end.
    this.#rows.delete(row.pid)
    const { command } = row
    const long = command !== undefined && command.length > longestCommand
    // By way of bytes: a part of a text keeps the whole of it in memory.
    this.#rows.set(
      row.pid,
      long ? { ...row, command: Buffer.from(`${command.slice(0, longestCommand)}…`).toString() } : row,
    )
    if (this.#rows.size <= mostProcesses) return
    const [oldest] = this.#rows.keys()
    if (oldest !== undefined) this.#rows.delete(oldest)
  }

  /** Nearest first, those left out that never started a program of their own. A parent must have begun before its child. */
  ancestorsOf(process: number): Ancestor[] {
    const found: Ancestor[] = []
    const own = this.#rows.get(process)
    let latest = own?.startTime ?? Number.POSITIVE_INFINITY
    for (
      let pid = own?.parentPid, hops = 0;
      hops < mostHops && pid !== undefined && pid > 0 && found.length < mostAncestors;
      hops++
    ) {
      const row: Row | undefined = this.#known(pid, latest)
      if (row === undefined) break
      if (row.forked !== true) found.push(shown(row))
      if (pid === 1 || row.parentPid === pid) break
      latest = row.startTime ?? latest
      pid = row.parentPid
    }
    return found
  }

  #known(pid: number, latest: number): Row | undefined {
    const kept = this.#rows.get(pid)
    if (kept !== undefined && (kept.startTime ?? 0) <= latest) return kept
    const row = this.#lookUp(pid)
    if (row === undefined || (row.startTime ?? 0) > latest) return undefined
    this.#keep(row)
    return row
  }
}

function shown({ pid, startTime, name, path, command }: Row): Ancestor {
  return {
    pid,
    ...(startTime === undefined ? {} : { startTime }),
    ...(name === undefined ? {} : { name }),
    ...(path === undefined ? {} : { path }),
    ...(command === undefined ? {} : { command }),
  }
}
