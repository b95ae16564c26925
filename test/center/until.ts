import { setTimeout as pause } from 'node:timers/promises'

/** Asks until the answer is there, and gives it; fails after `seconds`, with the last answer in words. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  { seconds = 60, everyMs = 300, explain = () => '' }: Waiting = {},
): Promise<T> {
  let trouble = ''
  for (const end = Date.now() + seconds * 1_000; ; ) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      trouble = ''
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error)
    }
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}. ${trouble} ${await explain()}`)
    await pause(everyMs)
  }
}

export interface Waiting {
  readonly seconds?: number
  readonly everyMs?: number
  /** Words that help to see why not. */
  readonly explain?: () => string | Promise<string>
}
