const mask = (1n << 64n) - 1n

/** Keccak-256 with its first padding, which Monero uses and node:crypto does not have (its sha3-256 pads differently). */
export function keccak256(message: Buffer): Buffer {
  return sponge(message, { rate: 136, padding: 0x01, rounds: 24, length: 32 })
}

/** RFC 9861: KangarooTwelve of a message that fits into one chunk (below 8192 bytes) and has no customisation string. */
export function kangarooTwelve(message: Buffer, length: number): Buffer {
  return sponge(Buffer.concat([message, Buffer.of(0)]), { rate: 168, padding: 0x07, rounds: 12, length })
}

interface SpongeOptions {
  readonly rate: number
  readonly padding: number
  readonly rounds: number
  /** At most the rate: it is squeezed once. */
  readonly length: number
}

function sponge(message: Buffer, { rate, padding, rounds, length }: SpongeOptions): Buffer {
  const padded = Buffer.alloc(Math.ceil((message.length + 1) / rate) * rate)
  message.copy(padded)
  padded[message.length] = padding
  padded[padded.length - 1] = (padded[padded.length - 1] ?? 0) | 0x80
  const state: bigint[] = Array.from({ length: 25 }, () => 0n)
  for (let block = 0; block < padded.length; block += rate) {
    for (let lane = 0; lane < rate / 8; lane++) {
      state[lane] = (state[lane] ?? 0n) ^ padded.readBigUInt64LE(block + lane * 8)
    }
    permute(state, rounds)
  }
  const digest = Buffer.alloc(200)
  for (const [lane, value] of state.entries()) digest.writeBigUInt64LE(value, lane * 8)
  return digest.subarray(0, length)
}

/** The last so many rounds of Keccak-f[1600]. */
function permute(state: bigint[], rounds: number): void {
  const at = (index: number) => state[index] ?? 0n
  for (const constant of roundConstants.slice(-rounds)) {
    const parity = [0, 1, 2, 3, 4].map(x => at(x) ^ at(x + 5) ^ at(x + 10) ^ at(x + 15) ^ at(x + 20))
    for (let x = 0; x < 5; x++) {
      const mixed = (parity[(x + 4) % 5] ?? 0n) ^ rotate(parity[(x + 1) % 5] ?? 0n, 1)
      for (let y = 0; y < 25; y += 5) state[x + y] = at(x + y) ^ mixed
    }
    const moved = state.slice()
    for (let x = 0; x < 5; x++) {
      for (let y = 0; y < 5; y++) {
        moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotate(at(x + 5 * y), rotations[x + 5 * y] ?? 0)
      }
    }
    for (let y = 0; y < 25; y += 5) {
      for (let x = 0; x < 5; x++) {
        const [here, next, after] = [moved[y + x], moved[y + ((x + 1) % 5)], moved[y + ((x + 2) % 5)]]
        state[y + x] = (here ?? 0n) ^ (~(next ?? 0n) & mask & (after ?? 0n))
      }
    }
    state[0] = at(0) ^ constant
  }
}

function rotate(lane: bigint, by: number): bigint {
  return by === 0 ? lane : ((lane << BigInt(by)) | (lane >> BigInt(64 - by))) & mask
}

const rotations = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14]

/** The 24 constants of FIPS 202 §3.2.5, from its shift register. */
function* constantsOfRounds(): Generator<bigint> {
  let register = 1
  for (let round = 0; round < 24; round++) {
    let constant = 0n
    for (let bit = 0; bit < 7; bit++) {
      if ((register & 1) !== 0) constant |= 1n << BigInt(2 ** bit - 1)
      register = (register << 1) ^ ((register & 0x80) !== 0 ? 0x171 : 0)
    }
    yield constant
  }
}

const roundConstants = [...constantsOfRounds()]
