import { type StratumMessage, stratumMessage } from './message.ts'

const tokens = [
  '"job_id"',
  '"login"',
  '"mining.',
  '"client.reconnect"',
  '"eth_submit',
  '"blocktemplate_blob"',
  '"wallet_address"',
].map(word => Buffer.from(word))
const mostHits = 200
const longestBack = 8192
const longestMessage = 16_384
const mostBraces = 8
/** Bytes that may be looked at one by one: hostile memory must not cost seconds. */
const mostSteps = 4 << 20

/** Messages of mining protocols anywhere in bytes, as memory holds them: whole JSON objects on one line. At most 200 for each word. */
export function* messagesIn(bytes: Buffer): Generator<StratumMessage> {
  const seen = new Set<number>()
  const budget = { steps: mostSteps }
  for (const token of tokens) {
    let hits = 0
    for (
      let at = bytes.indexOf(token);
      at >= 0 && hits < mostHits && budget.steps > 0;
      at = bytes.indexOf(token, at + token.length)
    ) {
      hits++
      const message = around(bytes, at, seen, budget)
      if (message !== undefined) yield message
    }
  }
}

/** The smallest object around a place that is a message. */
function around(bytes: Buffer, at: number, seen: Set<number>, budget: { steps: number }): StratumMessage | undefined {
  let braces = 0
  for (let start = at; start >= Math.max(0, at - longestBack) && braces < mostBraces; start--) {
    const byte = bytes[start] ?? 0
    budget.steps--
    if (!isPrintable(byte)) return undefined
    if (byte !== 0x7b) continue
    braces++
    const end = endOfObject(bytes, start)
    budget.steps -= (end ?? start + longestMessage) - start
    if (end === undefined || end <= at) continue
    const message = stratumMessage(bytes.toString('utf8', start, end))
    if (message === undefined) continue
    if (seen.has(start)) return undefined
    seen.add(start)
    return message
  }
  return undefined
}

/** One past the brace that closes the one at `start`. */
function endOfObject(bytes: Buffer, start: number): number | undefined {
  let depth = 0
  let quoted = false
  for (let at = start; at < Math.min(bytes.length, start + longestMessage); at++) {
    const byte = bytes[at] ?? 0
    if (!isPrintable(byte)) return undefined
    if (quoted) {
      if (byte === 0x5c) at++
      else if (byte === 0x22) quoted = false
    } else if (byte === 0x22) quoted = true
    else if (byte === 0x7b) depth++
    else if (byte === 0x7d && --depth === 0) return at + 1
  }
  return undefined
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte !== 0x7f) || byte === 0x09
}
