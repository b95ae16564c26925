/** Work that waits for its turn: what is urgent first, and of the rest the oldest. Never more than so much at once, and never too much waiting. */
export class Turns {
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #urgent: (() => Promise<void>)[] = []
  readonly #others: (() => Promise<void>)[] = []
  #working = 0
  #closed = false
  /** What was left out because too much was waiting. */
  left = 0

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
  }

  /** False when it was left out. The work handles its own failures. */
  add(work: () => Promise<void>, urgent: boolean): boolean {
    const queue = urgent ? this.#urgent : this.#others
    if (this.#closed || queue.length >= this.#mostWaiting) {
      this.left++
      return false
    }
    queue.push(work)
    this.#go()
    return true
  }

  close(): void {
    this.#closed = true
    this.#urgent.length = 0
    this.#others.length = 0
  }

  #go(): void {
    while (this.#working < this.#atOnce) {
      const work = this.#urgent.shift() ?? this.#others.shift()
      if (work === undefined) return
      this.#working++
      void work().finally(() => {
        this.#working--
        this.#go()
      })
    }
  }
}
