/** What a bounded look at an ELF file's tables says (elf(5)). */
export interface ElfLook {
  /** ET_DYN: a library or a position-independent program. */
  readonly dynamic: boolean
  readonly noSections: boolean
  /** Bytes behind everything that headers and sections describe. */
  readonly overlayBytes: number
  /** Few segments, no sections, and bytes that look random: packed, also where the packer's name was wiped. */
  readonly looksPacked: boolean
  /** Names that the dynamic symbol table defines, when it lies in the part that was read. */
  readonly defines: ReadonlySet<string>
}

const mostSections = 200
/** Of all tables together: a file may say of every section that it is one. */
const mostSymbols = 20_000
const longestName = 64

/** Reads ELF tables out of the first bytes of a file; undefined where they are no ELF header that this reads. */
export function lookAtElf(bytes: Buffer, fileSize: number): ElfLook | undefined {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined
  const wide = bytes[4] === 2
  const little = bytes[5] !== 2
  const read = reader(bytes, little)
  const [programs, sections] = wide ? [read.long(32), read.long(40)] : [read.word(28), read.word(32)]
  const sizes = wide ? 54 : 42
  const [programSize, programCount] = [read.half(sizes), read.half(sizes + 2)]
  const [sectionSize, sectionCount] = [read.half(sizes + 4), read.half(sizes + 6)]
  const noSections = sectionCount === 0 || sections === 0 || sections >= fileSize
  let end = noSections ? 0 : sections + sectionSize * sectionCount
  for (let at = 0; at < Math.min(programCount, mostSections); at++) {
    const header = programs + at * programSize
    end = Math.max(
      end,
      wide ? read.long(header + 8) + read.long(header + 32) : read.word(header + 4) + read.word(header + 16),
    )
  }
  const defines = new Set<string>()
  const tables: { kind: number; offset: number; size: number; link: number }[] = []
  for (let at = 0; !noSections && at < Math.min(sectionCount, mostSections); at++) {
    const header = sections + at * sectionSize
    const kind = read.word(header + 4)
    const [offset, size] = wide
      ? [read.long(header + 24), read.long(header + 32)]
      : [read.word(header + 16), read.word(header + 20)]
    tables.push({ kind, offset, size, link: read.word(header + (wide ? 40 : 24)) })
    if (kind !== noBits) end = Math.max(end, offset + size)
  }
  let left = mostSymbols
  for (const table of tables) {
    const names = tables[table.link]
    if (table.kind !== dynamicSymbols || names === undefined) continue
    const step = wide ? 24 : 16
    for (let at = 0; at < table.size / step && left > 0; at++, left--) {
      const symbol = table.offset + at * step
      if (symbol + step > bytes.length) break
      if (read.half(symbol + (wide ? 6 : 14)) !== 0) defines.add(textAt(bytes, names.offset + read.word(symbol)))
    }
  }
  const looksPacked =
    noSections && programCount <= 4 && fileSize > 16_384 && entropy(bytes.subarray(4_096, 69_632)) > 7.5
  return { dynamic: read.half(16) === 3, noSections, overlayBytes: Math.max(0, fileSize - end), looksPacked, defines }
}

const noBits = 8
const dynamicSymbols = 11

function reader(bytes: Buffer, little: boolean) {
  const inside = (at: number, size: number) => Number.isSafeInteger(at) && at >= 0 && at + size <= bytes.length
  const word = (at: number) => (inside(at, 4) ? (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)) : 0)
  return {
    half: (at: number) => (inside(at, 2) ? (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)) : 0),
    word,
    long: (at: number) => (little ? word(at) + word(at + 4) * 2 ** 32 : word(at) * 2 ** 32 + word(at + 4)),
  }
}

function textAt(bytes: Buffer, at: number): string {
  // No further: a name may have no end for megabytes.
  const text = bytes.subarray(at, at + longestName + 1)
  const end = text.indexOf(0)
  return end < 0 ? '' : text.toString('latin1', 0, end)
}

/** Bits a byte, by Shannon. */
function entropy(bytes: Buffer): number {
  if (bytes.length < 4_096) return 0
  const counts = new Uint32Array(256)
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1
  let bits = 0
  for (const count of counts) if (count > 0) bits -= (count / bytes.length) * Math.log2(count / bytes.length)
  return bits
}
