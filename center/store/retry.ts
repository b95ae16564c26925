import { setTimeout as sleep } from 'node:timers/promises'

/** What an error of the driver means for the work that met it. */
export type Failure = 'conflict' | 'lost' | 'other'

/** SQLSTATEs (PostgreSQL manual, appendix A) after which the same transaction may do well. */
const conflicts = new Set(['40001', '40P01'])
const losses = /^(?:08...|57P0[1-5]|53300)$/
const systemErrors = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTCONN', 'EHOSTUNREACH'])
const driverWords =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|Connection ended unexpectedly|Postgres connection has been discarded)/

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return 'other'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (conflicts.has(code)) return 'conflict'
  if (losses.test(code) || systemErrors.has(code) || driverWords.test(error.message)) return 'lost'
  return 'other'
}

export interface Patience {
  /** How often a conflict is tried again. */
  readonly conflicts: number
  /** For how long a lost connection is tried again. */
  readonly lostSeconds: number
}

/**
 * Does it again after a conflict or a lost connection, with growing pauses. `mayRepeat` is asked first: after a lost
 * connection during a commit nobody knows what the store has.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  patience: Patience,
  mayRepeat: (failure: Failure) => boolean,
): Promise<T> {
  const deadline = Date.now() + patience.lostSeconds * 1000
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const failure = failureOf(error)
      if (failure === 'other' || !mayRepeat(failure)) throw error
      if (failure === 'conflict' && attempt > patience.conflicts) throw error
      if (failure === 'lost' && Date.now() > deadline) throw error
    }
    await sleep(Math.random() * Math.min(1000, 10 * 2 ** Math.min(attempt, 10)))
  }
}
