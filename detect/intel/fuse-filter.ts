// Binary fuse filter with 8 bits a fingerprint (Graf, Lemire: "Binary Fuse Filters", 2022): about 9 bits a key, three look-ups in
// one array, never a false "no", and a false "yes" for one in 256.

/** How a filter is laid out; with the bytes it is the whole filter. */
export interface FilterShape {
  readonly seed: number
  readonly segmentLength: number
  /** Places that the first of the three may take. */
  readonly spread: number
}

export interface FuseFilter extends FilterShape {
  readonly bytes: Uint8Array
}

const mostTries = 64

/** From keys of 64 bits, each given as two halves and once. Throws where keys are given twice. */
export function buildFilter(high: Uint32Array, low: Uint32Array, count: number): FuseFilter {
  const shape = shapeFor(count)
  const size = shape.spread + 2 * shape.segmentLength
  const slots = { tally: new Uint8Array(size), keys: new Uint32Array(size), alone: new Uint32Array(size) }
  const order = { keys: new Uint32Array(count), places: new Uint8Array(count) }
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const seeded = { ...shape, seed: (Math.imul(attempt, 0x9e3779b9) + 0x2545f491) >>> 0 }
    if (peel(seeded, high, low, count, slots, order))
      return { ...seeded, bytes: fill(seeded, high, low, count, order, size) }
    slots.tally.fill(0)
    slots.keys.fill(0)
  }
  throw new Error(`no filter of ${count} keys could be made: some of them are the same`)
}

/** False: the key was not among those of the filter. */
export function mayHold(filter: FuseFilter, high: number, low: number): boolean {
  place(filter, high, low)
  const { bytes } = filter
  return (mark ^ (bytes[first] ?? 0) ^ (bytes[second] ?? 0) ^ (bytes[third] ?? 0)) === 0
}

// Results of `place`: an object for each of ten million calls costs more than the call.
let first = 0
let second = 0
let third = 0
let mark = 0

function place({ seed, segmentLength, spread }: FilterShape, high: number, low: number): void {
  const a = mixed(high ^ Math.imul(low, 0x85ebca6b) ^ seed)
  const b = mixed(low ^ Math.imul(a, 0xc2b2ae35) ^ 0x27d4eb2f)
  const c = mixed(a ^ Math.imul(b, 0x9e3779b1) ^ high)
  first = Math.floor(((a >>> 0) * spread) / 4_294_967_296)
  second = (first + segmentLength) ^ (b & (segmentLength - 1))
  third = (first + 2 * segmentLength) ^ (c & (segmentLength - 1))
  mark = (c >>> 24) ^ (b >>> 24)
}

/** The end of MurmurHash3. */
function mixed(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function shapeFor(count: number): Omit<FilterShape, 'seed'> {
  const logarithm = Math.log(Math.max(count, 2))
  const segmentLength = Math.min(1 << 18, 2 ** Math.max(2, Math.floor(logarithm / Math.log(3.33) + 2.25)))
  const factor = Math.max(1.125, 0.875 + (0.25 * Math.log(1_000_000)) / logarithm)
  const segments = Math.max(3, Math.ceil((count * factor) / segmentLength))
  return { segmentLength, spread: (segments - 2) * segmentLength }
}

interface Slots {
  readonly tally: Uint8Array
  /** XOR of the keys (their places in the list) that lead to a slot. */
  readonly keys: Uint32Array
  readonly alone: Uint32Array
}

interface Order {
  readonly keys: Uint32Array
  readonly places: Uint8Array
}

/** Takes away one key after the other that is alone in a slot; true when none is left. */
function peel(
  shape: FilterShape,
  high: Uint32Array,
  low: Uint32Array,
  count: number,
  { tally, keys, alone }: Slots,
  order: Order,
): boolean {
  for (let key = 0; key < count; key++) {
    place(shape, high[key] ?? 0, low[key] ?? 0)
    for (const slot of [first, second, third]) {
      const there = (tally[slot] ?? 0) + 1
      if (there > 255) return false
      tally[slot] = there
      keys[slot] = (keys[slot] ?? 0) ^ key
    }
  }
  let waiting = 0
  for (let slot = 0; slot < tally.length; slot++) if (tally[slot] === 1) alone[waiting++] = slot
  let done = 0
  while (waiting > 0) {
    const slot = alone[--waiting] ?? 0
    if (tally[slot] !== 1) continue
    const key = keys[slot] ?? 0
    place(shape, high[key] ?? 0, low[key] ?? 0)
    const found = slot === first ? 0 : slot === second ? 1 : 2
    order.keys[done] = key
    order.places[done++] = found
    tally[slot] = 0
    for (let at = 0; at < 3; at++) {
      if (at === found) continue
      const other = at === 0 ? first : at === 1 ? second : third
      const left = (tally[other] ?? 0) - 1
      tally[other] = left
      keys[other] = (keys[other] ?? 0) ^ key
      if (left === 1) alone[waiting++] = other
    }
  }
  return done === count
}

function fill(
  shape: FilterShape,
  high: Uint32Array,
  low: Uint32Array,
  count: number,
  order: Order,
  size: number,
): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = count - 1; at >= 0; at--) {
    const key = order.keys[at] ?? 0
    place(shape, high[key] ?? 0, low[key] ?? 0)
    const slots = [first, second, third]
    const own = order.places[at] ?? 0
    // Its own slot is still zero.
    bytes[slots[own] ?? 0] = mark ^ (bytes[first] ?? 0) ^ (bytes[second] ?? 0) ^ (bytes[third] ?? 0)
  }
  return bytes
}
