/** What a request ends with that took too long. It may still go on behind it. */
export class TooSlow extends Error {}

/** Waits for `work` no longer than given; its signal fires then, and when the caller is gone. */
export async function inTime<T>(
  timeoutMs: number,
  gone: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const tooSlow = new TooSlow(`no answer within ${timeoutMs} ms`)
    late.abort(tooSlow)
    reject(tooSlow)
  }, timeoutMs)
  try {
    return await Promise.race([work(AbortSignal.any([gone, late.signal])), promise])
  } finally {
    clearTimeout(timer)
  }
}
