import { type CenterFrame, exchangeRequest } from '../../model/wire/index.ts'
import { badRequest } from '../problem-error.ts'
import type { KnownPeer } from './identity.ts'
import { Session, type SessionParts, type Wire } from './session.ts'

const pollSeconds = 15
/** Frames that may wait for the next poll; orders beyond stay in the store. */
const mostWaiting = 2_000

interface Kept {
  readonly session: Session
  readonly waiting: CenterFrame[]
}

/**
 * The frames of a WebSocket by POST, for hosts behind a proxy that lets none through. A session begins with a hello and lives on this
 * node from poll to poll; a hello that is said again with each poll goes on with it. Without session and hello the answer is a goodbye.
 */
export class Exchanges {
  readonly #parts: SessionParts
  readonly #kept = new Map<string, Kept>()

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  /** Throws `ProblemError` 400. */
  async take(peer: KnownPeer, body: unknown): Promise<{ frames: CenterFrame[]; pollSeconds: number }> {
    const parsed = exchangeRequest.safeParse(body)
    if (!parsed.success) throw badRequest('The body is not as the protocol has it')
    const frames = [...parsed.data.frames]
    const kept = this.#keptFor(peer, frames)
    if (kept === undefined)
      return { frames: [{ type: 'goodbye', reason: 'restart', reconnectAfterSeconds: 0 }], pollSeconds }
    kept.session.heard()
    const again = frames.length < parsed.data.frames.length
    if (again) await kept.session.welcomeAgain()
    for (const frame of frames) await kept.session.take(JSON.stringify(frame))
    await kept.session.deliver(false)
    if (kept.session.ended && this.#kept.get(peer.identity.agent) === kept) this.#kept.delete(peer.identity.agent)
    return { frames: kept.waiting.splice(0), pollSeconds }
  }

  /** Takes a hello that is said again to the same session out of `frames`. */
  #keptFor(peer: KnownPeer, frames: unknown[]): Kept | undefined {
    const { agent } = peer.identity
    const known = this.#kept.get(agent)
    const [first] = frames
    const begins = typeof first === 'object' && first !== null && 'type' in first && first.type === 'hello'
    if (!begins) return known?.session.ended === true && known.waiting.length === 0 ? undefined : known
    if (known?.session.saidBefore(first) === true) {
      frames.shift()
      return known
    }
    known?.session.end()
    const waiting: CenterFrame[] = []
    const kept = { waiting, session: new Session(this.#parts, peer, wireInto(waiting)) }
    this.#kept.set(agent, kept)
    for (const [other, { session }] of this.#kept) if (session.ended && other !== agent) this.#kept.delete(other)
    return kept
  }
}

function wireInto(waiting: CenterFrame[]): Wire {
  return {
    send: frame => {
      if (waiting.length < mostWaiting || frame.type === 'goodbye') waiting.push(frame)
    },
    close: () => {},
    ping: () => {},
    pause: () => {},
    resume: () => {},
  }
}
