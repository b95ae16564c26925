import type { AuthEvent } from '../../target/index.ts'

/** An event with the file it is written in. The text of a failed log-in is not kept. */
export interface AuthEntry extends AuthEvent {
  readonly path: string
  readonly atMs: number
}

/** Each word once, without ties to the block it was cut from, which would stay in memory with it. */
export function wordKeeper(decode: (word: string) => string): (word: string) => string {
  const words = new Map<string, string>()
  return word => {
    const before = words.get(word)
    if (before !== undefined) return before
    const copy = decode(word)
    words.set(copy, copy)
    return copy
  }
}

/** A failure, of which there are a hundred thousand, without its text. */
export function compact(event: AuthEvent, path: string, atMs: number, own: (word: string) => string): AuthEntry {
  return {
    kind: event.kind,
    user: own(event.user),
    address: event.address === undefined ? undefined : own(event.address),
    method: event.method === undefined ? undefined : own(event.method),
    count: event.count,
    text: event.kind === 'failed' ? '' : own(event.text),
    path,
    atMs,
  }
}
