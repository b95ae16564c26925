/** One line of the table at the end. */
export interface Figure {
  readonly what: string
  readonly measured: string
  /** What design.md §12 or the issue says. */
  readonly wanted?: string
  /** False: the measured is worse than the wanted. */
  readonly met?: boolean
}

export class Figures {
  readonly #figures: Figure[] = []
  readonly #began = Date.now()

  add(what: string, measured: string, wanted?: string, met?: boolean): void {
    const figure = {
      what,
      measured,
      ...(wanted === undefined ? {} : { wanted }),
      ...(met === undefined ? {} : { met }),
    }
    this.#figures.push(figure)
    this.say(`${what}: ${measured}`)
  }

  /** How far it is. */
  say(text: string): void {
    console.log(`${((Date.now() - this.#began) / 1_000).toFixed(0).padStart(4)} s  ${text}`)
  }

  /** As a table of Markdown. */
  show(): void {
    console.log('\n| what | measured | wanted |\n|---|---|---|')
    for (const { what, measured, wanted = '', met } of this.#figures)
      console.log(`| ${what} | ${measured}${met === false ? ' **(missed)**' : ''} | ${wanted} |`)
  }

  /** What was wanted and is not so. */
  missed(): readonly Figure[] {
    return this.#figures.filter(one => one.met === false)
  }
}

/** The value that so many of a hundred are not above; 0 without any. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}

/** `12.3 ms`, `1.50 s` */
export function time(milliseconds: number): string {
  return milliseconds < 1_000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1_000).toFixed(2)} s`
}
