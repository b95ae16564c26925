import type { Target } from '../../target/index.ts'

/** The first `limit` of something that a hostile host may have without end; that there was more is a gap. */
export function* bounded<T>(target: Target, what: string, all: Iterable<T>, limit: number): Generator<T> {
  let seen = 0
  for (const one of all) {
    if (++seen > limit) {
      target.addGap({ what, why: `more than ${limit}, the rest was not looked at` })
      return
    }
    yield one
  }
}
