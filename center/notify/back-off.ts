/** Seconds before the next try: 30 s, 1 min, 2 min … an hour, each between half and all of it so that many do not come at once. */
export function backOffSeconds(tries: number, afterSeconds = 0, random = Math.random()): number {
  const full = Math.min(30 * 2 ** Math.max(tries - 1, 0), 3_600)
  return Math.max(full * (0.5 + random / 2), afterSeconds)
}

/** With the waits above about seven hours. */
export const mostTries = 14
