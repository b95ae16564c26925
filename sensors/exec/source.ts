/** A program that was started, as its source knows it; what is missing is looked up in /proc. */
export interface SeenExec {
  readonly pid: number
  /** Milliseconds after boot. */
  readonly bootMs: number
  readonly startTime?: number
  readonly parentPid?: number
  readonly uid?: number
  /** What was asked for, as it was written. */
  readonly file?: Buffer
  /** argv, each ended by NUL. */
  readonly arguments?: Buffer
  /** Only the beginning of argv is there. */
  readonly cut?: boolean
}

/** A process that made another one, which has its program until it starts its own. */
export interface SeenFork {
  readonly pid: number
  readonly creatorPid: number
  readonly startTime: number
}

/** Who is told. */
export interface ExecListener {
  exec(seen: SeenExec): void
  fork(seen: SeenFork): void
}

export type ExecSourceName = 'tracepoint' | 'process-connector' | 'polling'

/** Where news of started programs come from. */
export interface ExecSource {
  readonly name: ExecSourceName
  /** Readable when there is news; absent for one that has to be asked every `everyMs`. */
  readonly descriptor?: number
  readonly everyMs?: number
  /** Gives what is new, at most `most`. What is given is only valid while it is looked at. */
  each(most: number, told: ExecListener): number
  lost(): number
  close(): void
}
