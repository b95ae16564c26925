import type { Session } from './session.ts'

/** The sessions of this node, one for each agent. */
export class Registry {
  readonly #sessions = new Map<string, Session>()

  get size(): number {
    return this.#sessions.size
  }

  all(): Session[] {
    return [...this.#sessions.values()]
  }

  of(agent: string): Session | undefined {
    return this.#sessions.get(agent)
  }

  /** A newer connection of an agent ends the older one. */
  opened(session: Session): void {
    const earlier = this.#sessions.get(session.identity.agent)
    this.#sessions.set(session.identity.agent, session)
    if (earlier !== undefined && earlier !== session) earlier.goodbye({ reason: 'replaced' })
  }

  closed(session: Session): void {
    if (this.#sessions.get(session.identity.agent) === session) this.#sessions.delete(session.identity.agent)
  }
}
