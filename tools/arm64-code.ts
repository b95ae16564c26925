/** A general register; 31 is the stack pointer or zero, as the instruction has it. */
export type Register = number

const sp = 31
const zero = 31
const conditions = {
  equal: 0,
  'not-equal': 1,
  negative: 4,
  'not-negative': 5,
  greater: 12,
  'less-or-equal': 13,
} as const
export type Condition = keyof typeof conditions

type Reach = 'far' | 'near' | 'address'

/**
 * Machine code of arm64 in the making: each method adds one instruction of the A64 set (Arm Architecture Reference Manual, C6) or names
 * a place. Places are filled in at the end.
 */
export class Arm64Code {
  readonly #bytes: number[] = []
  readonly #places = new Map<string, number>()
  readonly #open: { at: number; place: string; reach: Reach }[] = []

  place(name: string): this {
    if (this.#places.has(name)) throw new Error(`two places are named ${name}`)
    this.#places.set(name, this.#bytes.length)
    return this
  }

  /** Texts, each ended by a NUL. No instruction may follow. */
  texts(name: string, ...texts: readonly string[]): this {
    this.place(name)
    for (const text of texts) this.#bytes.push(...Buffer.from(text, 'utf8'), 0)
    return this
  }

  /** mov to, value; up to 16 bits. */
  set(to: Register, value: number): this {
    return value < 0 ? this.#word(0x92800000 | (~value << 5) | to) : this.#word(0xd2800000 | (value << 5) | to)
  }

  /** mov to, from */
  copy(to: Register, from: Register): this {
    return this.#word(0xaa0003e0 | (from << 16) | to)
  }

  /** mov to, sp */
  copyStackPointer(to: Register): this {
    return this.#word(0x91000000 | (sp << 5) | to)
  }

  /** adr to, place */
  address(to: Register, place: string): this {
    return this.#to(0x10000000 | to, place, 'address')
  }

  /** add to, from, value; up to 12 bits. */
  add(to: Register, from: Register, value: number): this {
    return this.#word(0x91000000 | (value << 10) | (from << 5) | to)
  }

  /** add to, from, other, lsl #3 */
  addWords(to: Register, from: Register, other: Register): this {
    return this.#word(0x8b000c00 | (other << 16) | (from << 5) | to)
  }

  /** subs to, from, value */
  subtract(to: Register, from: Register, value: number): this {
    return this.#word(0xf1000000 | (value << 10) | (from << 5) | to)
  }

  /** sub sp, sp, register */
  lowerStack(by: Register): this {
    return this.#word(0xcb206000 | (by << 16) | (sp << 5) | sp)
  }

  /** and to, from, #-16 */
  roundDownTo16(to: Register, from: Register): this {
    return this.#word(0x927cec00 | (from << 5) | to)
  }

  /** lsl to, from, #3 */
  timesEight(to: Register, from: Register): this {
    return this.#word(0xd37df000 | (from << 5) | to)
  }

  /** cmp register, value; up to 12 bits. */
  compare(register: Register, value: number): this {
    return this.subtract(zero, register, value)
  }

  /** cmp register, other */
  compareWith(register: Register, other: Register): this {
    return this.#word(0xeb000000 | (other << 16) | (register << 5) | zero)
  }

  /** ldr to, [from] */
  load(to: Register, from: Register): this {
    return this.#word(0xf9400000 | (from << 5) | to)
  }

  /** ldr to, [from, index, lsl #3] */
  loadWord(to: Register, from: Register, index: Register): this {
    return this.#word(0xf8607800 | (index << 16) | (from << 5) | to)
  }

  /** str from, [to], #8 */
  storeAndGoOn(from: Register, to: Register): this {
    return this.#word(0xf8008400 | (to << 5) | from)
  }

  /** ldrb to, [from, index] */
  loadByte(to: Register, from: Register, index: Register): this {
    return this.#word(0x38606800 | (index << 16) | (from << 5) | to)
  }

  /** ldrb to, [from], #1 */
  loadByteAndGoOn(to: Register, from: Register): this {
    return this.#word(0x38401400 | (from << 5) | to)
  }

  /** strb from, [to], #1 */
  storeByteAndGoOn(from: Register, to: Register): this {
    return this.#word(0x38001400 | (to << 5) | from)
  }

  /** strb wzr, [to, index] */
  storeNul(to: Register, index: Register): this {
    return this.#word(0x38206800 | (index << 16) | (to << 5) | zero)
  }

  jump(place: string): this {
    return this.#to(0x14000000, place, 'far')
  }

  /** bl */
  call(place: string): this {
    return this.#to(0x94000000, place, 'far')
  }

  return(): this {
    return this.#word(0xd65f03c0)
  }

  jumpIf(condition: Condition, place: string): this {
    return this.#to(0x54000000 | conditions[condition], place, 'near')
  }

  /** cbz */
  jumpIfZero(register: Register, place: string): this {
    return this.#to(0xb4000000 | register, place, 'near')
  }

  /** cbnz */
  jumpUnlessZero(register: Register, place: string): this {
    return this.#to(0xb5000000 | register, place, 'near')
  }

  /** Registers 0 to 5 are the arguments, 0 is the result, and the others stay (syscall(2)). */
  systemCall(number: number): this {
    return this.set(8, number).#word(0xd4000001)
  }

  finish(): Buffer {
    const bytes = Buffer.from(this.#bytes)
    for (const { at, place, reach } of this.#open) {
      const found = this.#places.get(place)
      if (found === undefined) throw new Error(`no place is named ${place}`)
      bytes.writeInt32LE(bytes.readInt32LE(at) | distance(found - at, reach), at)
    }
    return bytes
  }

  #to(word: number, place: string, reach: Reach): this {
    this.#open.push({ at: this.#bytes.length, place, reach })
    return this.#word(word)
  }

  #word(word: number): this {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32LE(word | 0)
    this.#bytes.push(...bytes)
    return this
  }
}

/** Where an instruction keeps how far away its place is. */
function distance(bytes: number, reach: Reach): number {
  if (Math.abs(bytes) >= 1 << 20) throw new RangeError('a place is out of reach')
  if (reach === 'address') return ((bytes & 3) << 29) | (((bytes >> 2) & 0x7ffff) << 5)
  return reach === 'near' ? ((bytes >> 2) & 0x7ffff) << 5 : (bytes >> 2) & 0x3ffffff
}
