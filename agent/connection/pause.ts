/** How a connection, or the try to make one, ended. */
export interface Ended {
  readonly why:
    | 'lost'
    | 'unreachable'
    | 'center-restart'
    | 'replaced'
    | 'revoked'
    | 'refused'
    | 'pending'
    | 'unknown-protocol'
    | 'misbehaved'
    | 'center-misbehaved'
    | 'spool-set-back'
    | 'own-wish'
  /** For people. */
  readonly detail: string
  /** The center greeted us before it ended. */
  readonly welcomed: boolean
  readonly reconnectAfterSeconds?: number
}

/**
 * Longest pause between tries, unless the center announced a longer spread. A center that was away for hours calls nobody silent until
 * the spread and 50 s after its start are over (center/gateway/presence.ts): by then all must have tried.
 */
const mostSeconds = 40
/** The least where trying again soon cannot help. */
const hopeless = { revoked: 3_600, 'unknown-protocol': 3_600, replaced: 300, misbehaved: 300, refused: 300 } as const

/**
 * Seconds until the next try. After a connection that was good: any time within the spread that the center announced, so that a
 * restarted center is not met by all of its agents at once. Then longer and longer, always with full jitter.
 */
export function pauseSeconds(ended: Ended, failures: number, spreadSeconds: number, random: () => number): number {
  if (ended.why === 'own-wish' || ended.why === 'spool-set-back') return 0.2 + random()
  if (ended.why in hopeless) {
    const least = hopeless[ended.why as keyof typeof hopeless]
    return least * (1 + random())
  }
  if (ended.why === 'pending') return 30 + 30 * random()
  const after = ended.reconnectAfterSeconds ?? 0
  const ceiling = Math.min(
    Math.max(mostSeconds, spreadSeconds),
    Math.max(spreadSeconds, 5) * 2 ** Math.min(failures, 20),
  )
  return after + Math.max(0.5, ceiling * random())
}
