const mask = (1n << 64n) - 1n

/** BLAKE2b-256 without a key (RFC 7693) of at most one block of 128 bytes: node:crypto has only the form with 64 bytes. */
export function blake2b256(message: Buffer): Buffer {
  const start = initial.map((word, at) => (at === 0 ? word ^ 0x01010020n : word))
  const words = [...start, ...initial]
  words[12] = at(words, 12) ^ BigInt(message.length)
  words[14] = at(words, 14) ^ mask
  const block = Buffer.alloc(128)
  message.copy(block)
  const input = Array.from({ length: 16 }, (_, index) => block.readBigUInt64LE(index * 8))
  for (let round = 0; round < 12; round++) {
    const order = orders[round % 10] ?? []
    for (const [index, [a, b, c, d]] of mixes.entries())
      mix(words, [a, b, c, d], at(input, order[index * 2] ?? 0), at(input, order[index * 2 + 1] ?? 0))
  }
  const digest = Buffer.alloc(64)
  for (const [index, word] of start.entries())
    digest.writeBigUInt64LE(word ^ at(words, index) ^ at(words, index + 8), index * 8)
  return digest.subarray(0, 32)
}

function mix(words: bigint[], [a, b, c, d]: readonly [number, number, number, number], x: bigint, y: bigint): void {
  for (const [input, first, second] of [
    [x, 32n, 24n],
    [y, 16n, 63n],
  ] as const) {
    words[a] = (at(words, a) + at(words, b) + input) & mask
    words[d] = rotated(at(words, d) ^ at(words, a), first)
    words[c] = (at(words, c) + at(words, d)) & mask
    words[b] = rotated(at(words, b) ^ at(words, c), second)
  }
}

function rotated(word: bigint, by: bigint): bigint {
  return ((word >> by) | (word << (64n - by))) & mask
}

function at(words: readonly bigint[], index: number): bigint {
  return words[index] ?? 0n
}

const mixes = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const

const initial = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
]

const orders = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
]
