/** How long one rest lasts at most, in milliseconds: whoever stops the scan does not wait longer. */
const longestRest = 200
/** Processor time that may be saved up while something else is waited for, in milliseconds. */
const mostSaved = 20

/**
 * Holds a ceiling of the processor time of all threads together by pauses. `percent` of one core. What it returns is called
 * after every piece of work, and says how many milliseconds to rest: 0 nearly always.
 */
export function paceOf(percent: number | undefined): () => number {
  if (percent === undefined) return () => 0
  const share = percent / 100
  let looked = performance.now()
  let used = usedMs()
  let saved = mostSaved
  return () => {
    const now = performance.now()
    // A look costs some microseconds.
    if (now - looked < 1) return 0
    const usedNow = usedMs()
    saved = Math.min(mostSaved, saved + (now - looked) * share) - (usedNow - used)
    looked = now
    used = usedNow
    return saved >= 0 ? 0 : Math.min(longestRest, Math.ceil(-saved / share))
  }
}

/** getrusage(2) of the process: every thread counts. */
function usedMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
