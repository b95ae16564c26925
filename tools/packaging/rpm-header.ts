/** Values of a header of RPM, by their types there (rpm-4.x, docs/manual/hdr_intro.md and format_v4.md). */
export type Value =
  | { readonly kind: 'int16' | 'int32'; readonly values: readonly number[] }
  | { readonly kind: 'text' | 'shown'; readonly value: string }
  | { readonly kind: 'texts'; readonly values: readonly string[] }
  | { readonly kind: 'bytes'; readonly value: Buffer }

export type Tags = Readonly<Record<number, Value>>

export const int16 = (...values: readonly number[]): Value => ({ kind: 'int16', values })
export const int32 = (...values: readonly number[]): Value => ({ kind: 'int32', values })
export const text = (value: string): Value => ({ kind: 'text', value })
/** A text that could be translated. */
export const shown = (value: string): Value => ({ kind: 'shown', value })
export const texts = (...values: readonly string[]): Value => ({ kind: 'texts', values })
export const bytes = (value: Buffer): Value => ({ kind: 'bytes', value })

/** RPMTAG_HEADERSIGNATURES and RPMTAG_HEADERIMMUTABLE: what stands in such a region is what digests are made of. */
export const regions = { signatures: 62, immutable: 63 } as const

const types = { int16: 3, int32: 4, text: 6, bytes: 7, texts: 8, shown: 9 } as const
const entryLength = 16

/** A header: magic, how many entries, the entries in the order of their tags, and what they point to. */
export function headerOf(region: number, tags: Tags): Buffer {
  const entries: Buffer[] = []
  const store: Buffer[] = []
  let length = 0
  for (const [tag, value] of Object.entries(tags)) {
    const aligned = -length & (alignment[value.kind] - 1)
    const content = contentOf(value)
    store.push(Buffer.alloc(aligned), content)
    entries.push(words(Number(tag), types[value.kind], length + aligned, countOf(value)))
    length += aligned + content.length
  }
  // The region's own entry comes first, and what it points to last: an entry that counts back to the first.
  const trailer = words(region, types.bytes, -(entries.length + 1) * entryLength, entryLength)
  const own = words(region, types.bytes, length, entryLength)
  const counts = words(0x8eade801, 0, entries.length + 1, length + trailer.length)
  return Buffer.concat([counts, own, ...entries, ...store, trailer])
}

const alignment = { int16: 2, int32: 4, text: 1, shown: 1, texts: 1, bytes: 1 } as const

function contentOf(value: Value): Buffer {
  if (value.kind === 'bytes') return value.value
  if ('value' in value) return Buffer.from(`${value.value}\0`)
  if (value.kind === 'texts') return Buffer.from(value.values.map(one => `${one}\0`).join(''))
  if (value.kind === 'int32') return words(...value.values)
  const content = Buffer.alloc(value.values.length * 2)
  for (const [at, number] of value.values.entries()) content.writeUInt16BE(number, at * 2)
  return content
}

function countOf(value: Value): number {
  if (value.kind === 'bytes') return value.value.length
  return 'values' in value ? value.values.length : 1
}

/** Numbers of 32 bits, most significant byte first. */
function words(...values: readonly number[]): Buffer {
  const content = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) content.writeUInt32BE(value >>> 0, at * 4)
  return content
}
