import { Conversation } from './conversation.ts'
import { type End, segmentIn } from './segment.ts'

const mostConversations = 8192

/** The connections that are overheard, the newest 8,192 of them. */
export class Conversations {
  readonly #byEnds = new Map<string, Conversation>()
  /** Connections that were forgotten to make room. */
  forgotten = 0

  /** One packet, from its network header on. */
  see(packet: Buffer, sent: boolean): void {
    const segment = segmentIn(packet)
    if (segment === undefined) return
    const key = keyOf(segment.from, segment.to)
    let conversation = this.#byEnds.get(key)
    if (conversation === undefined) {
      conversation = new Conversation(segment)
      this.#makeRoom()
      this.#byEnds.set(key, conversation)
    }
    conversation.see(segment, sent)
  }

  list(): readonly Conversation[] {
    return [...this.#byEnds.values()]
  }

  /** Those that said nothing of interest go first. */
  #makeRoom(): void {
    if (this.#byEnds.size < mostConversations) return
    for (const [key, { session, hello }] of this.#byEnds) {
      if (!session.empty || hello.serverName !== undefined) continue
      this.#byEnds.delete(key)
      return
    }
    const [oldest] = this.#byEnds.keys()
    if (oldest === undefined) return
    this.#byEnds.delete(oldest)
    this.forgotten++
  }
}

/** The same for both directions. */
export function keyOf(one: End, other: End): string {
  const [a, b] = [`${one.address} ${one.port}`, `${other.address} ${other.port}`]
  return a < b ? `${a} ${b}` : `${b} ${a}`
}
