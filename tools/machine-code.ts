/** Machine code in the making: bytes, and names for places that are filled in at the end. Only 32-bit addresses. */
export class MachineCode {
  readonly #bytes: number[] = []
  readonly #places = new Map<string, number>()
  readonly #open: { at: number; place: string; relative: boolean }[] = []
  readonly #start: number

  /** `start` is the address of the first byte. */
  constructor(start: number) {
    this.#start = start
  }

  /** An instruction, as hexadecimal digits. */
  put(hex: string): this {
    this.#bytes.push(...Buffer.from(hex.replaceAll(' ', ''), 'hex'))
    return this
  }

  /** An instruction that ends in a number or in the address of a place. */
  with(hex: string, value: number | string): this {
    this.put(hex)
    if (typeof value === 'string') this.#open.push({ at: this.#bytes.length, place: value, relative: false })
    return this.#word(typeof value === 'string' ? 0 : value)
  }

  /** A jump or call, which count from their own end. */
  to(hex: string, place: string): this {
    this.put(hex)
    this.#open.push({ at: this.#bytes.length, place, relative: true })
    return this.#word(0)
  }

  place(name: string): this {
    if (this.#places.has(name)) throw new Error(`two places are named ${name}`)
    this.#places.set(name, this.#start + this.#bytes.length)
    return this
  }

  /** Texts, each ended by a NUL. */
  texts(name: string, ...texts: readonly string[]): this {
    this.place(name)
    for (const text of texts) this.#bytes.push(...Buffer.from(text, 'utf8'), 0)
    return this
  }

  finish(): Buffer {
    const bytes = Buffer.from(this.#bytes)
    for (const { at, place, relative } of this.#open) {
      const address = this.#places.get(place)
      if (address === undefined) throw new Error(`no place is named ${place}`)
      bytes.writeInt32LE(relative ? address - (this.#start + at + 4) : address, at)
    }
    return bytes
  }

  #word(value: number): this {
    const word = Buffer.alloc(4)
    word.writeInt32LE(value)
    this.#bytes.push(...word)
    return this
  }
}
