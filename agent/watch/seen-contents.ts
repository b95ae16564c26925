const mostSeen = 20_000

/** Contents that were judged harmless, by their identity; the longest unseen are forgotten first. */
export class SeenContents {
  readonly #seen = new Set<string>()

  has(content: string): boolean {
    return this.#seen.has(content)
  }

  add(content: string): void {
    this.#seen.add(content)
    if (this.#seen.size <= mostSeen) return
    const [oldest] = this.#seen
    if (oldest !== undefined) this.#seen.delete(oldest)
  }

  delete(content: string): void {
    this.#seen.delete(content)
  }

  clear(): void {
    this.#seen.clear()
  }
}
