/** A register of the BPF machine: 0 holds results, 1–5 arguments, 6–9 survive calls, 10 points behind the stack. */
export type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10

/** Helpers of the kernel that programs may call (linux/bpf.h, enum bpf_func_id). */
export const helpers = {
  ktimeGetBootNs: 125,
  getCurrentPidTgid: 14,
  getCurrentUidGid: 15,
  getCurrentComm: 16,
  getCurrentTask: 35,
  getCurrentCgroupId: 80,
  probeReadUser: 112,
  probeReadKernel: 113,
  probeReadKernelString: 115,
  ringbufReserve: 131,
  ringbufSubmit: 132,
} as const

type Condition = 'equal' | 'not-equal' | 'greater' | 'less'

const jumps: Readonly<Record<Condition, number>> = {
  equal: 0x15,
  'not-equal': 0x55,
  greater: 0x25,
  less: 0xa5,
}

/** Puts a program together, instruction by instruction (Documentation/bpf/standardization/instruction-set.rst). */
export class BpfProgram {
  readonly #instructions: Buffer[] = []
  readonly #labels = new Map<string, number>()
  readonly #jumps: { at: number; to: string }[] = []

  get length(): number {
    return this.#instructions.length
  }

  copy(to: Register, from: Register): this {
    return this.#add(0xbf, to, from, 0, 0)
  }

  set(to: Register, value: number): this {
    return this.#add(0xb7, to, 0, 0, value)
  }

  /** A number of up to 32 bits without a sign. */
  setUnsigned(to: Register, value: number): this {
    return this.#add(0xb4, to, 0, 0, value | 0)
  }

  add(to: Register, value: number): this {
    return this.#add(0x07, to, 0, 0, value)
  }

  subtractRegister(from: Register, value: Register): this {
    return this.#add(0x1f, from, value, 0, 0)
  }

  /** Eight bytes at an address. */
  load(to: Register, from: Register, offset: number): this {
    return this.#add(0x79, to, from, offset, 0)
  }

  store(to: Register, offset: number, from: Register): this {
    return this.#add(0x7b, to, from, offset, 0)
  }

  /** The descriptor of a map; the kernel puts its address there. */
  loadMap(to: Register, descriptor: number): this {
    return this.#add(0x18, to, 1, 0, descriptor).#add(0, 0, 0, 0, 0)
  }

  /** An address inside the only value of an array map (Linux 5.2). */
  loadMapValue(to: Register, descriptor: number, offset: number): this {
    return this.#add(0x18, to, 2, 0, descriptor).#add(0, 0, 0, 0, offset)
  }

  /** Adds to eight bytes at an address, whole whoever else does. */
  addAtomically(to: Register, offset: number, value: Register): this {
    return this.#add(0xdb, to, value, offset, 0)
  }

  call(helper: keyof typeof helpers): this {
    return this.#add(0x85, 0, 0, 0, helpers[helper])
  }

  jump(to: string): this {
    this.#jumps.push({ at: this.length, to })
    return this.#add(0x05, 0, 0, 0, 0)
  }

  jumpIf(register: Register, condition: Condition, value: number, to: string): this {
    this.#jumps.push({ at: this.length, to })
    return this.#add(jumps[condition], register, 0, 0, value)
  }

  jumpUnlessSame(register: Register, other: Register, to: string): this {
    this.#jumps.push({ at: this.length, to })
    return this.#add(0x5d, register, other, 0, 0)
  }

  label(name: string): this {
    this.#labels.set(name, this.length)
    return this
  }

  exit(): this {
    return this.#add(0x95, 0, 0, 0, 0)
  }

  /** Throws when a jump has no aim: that is a mistake in the program. */
  assemble(): Buffer {
    for (const { at, to } of this.#jumps) {
      const aim = this.#labels.get(to)
      if (aim === undefined) throw new Error(`no label ${to}`)
      this.#instructions[at]?.writeInt16LE(aim - at - 1, 2)
    }
    return Buffer.concat(this.#instructions)
  }

  #add(code: number, to: Register, from: Register, offset: number, value: number): this {
    const instruction = Buffer.alloc(8)
    instruction.writeUInt8(code, 0)
    instruction.writeUInt8(to | (from << 4), 1)
    instruction.writeInt16LE(offset, 2)
    instruction.writeInt32LE(value, 4)
    this.#instructions.push(instruction)
    return this
  }
}
