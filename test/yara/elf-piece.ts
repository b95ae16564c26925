/** What an ELF file of a case holds: it has tables and texts, and no code. */
export interface ElfPiece {
  /** `program` (ET_EXEC), `library` (ET_DYN) or `module` (ET_REL). */
  readonly type: 'program' | 'library' | 'module'
  /** Names that its dynamic symbol table defines, and those that it only uses. */
  readonly defines: readonly string[]
  readonly uses: readonly string[]
  /** Texts, each ended by a zero byte as in a program. */
  readonly words: readonly string[]
}

const types = { module: 1, program: 2, library: 3 } as const
const headerBytes = 64
const symbolBytes = 24
const sectionBytes = 64

/** The smallest 64-bit ELF file (elf(5)) with a dynamic symbol table that readers of sections find. */
export function elfPiece({ type, defines, uses, words }: ElfPiece): Buffer {
  const names = [...defines, ...uses]
  const dynamicNames = tableOf(names)
  const sectionNames = tableOf(['.dynsym', '.dynstr', '.shstrtab', '.rodata'])
  const symbols = Buffer.alloc(symbolBytes * (names.length + 1))
  for (const [index, name] of names.entries()) {
    const at = symbolBytes * (index + 1)
    symbols.writeUInt32LE(dynamicNames.offsets.get(name) ?? 0, at)
    // A global function; a section of its own where it is defined.
    symbols[at + 4] = 0x12
    symbols.writeUInt16LE(index < defines.length ? 4 : 0, at + 6)
    symbols.writeBigUInt64LE(BigInt(index < defines.length ? 0x1000 + index : 0), at + 8)
  }
  const texts = Buffer.from(`\0${words.map(word => `${word}\0`).join('')}`, 'latin1')
  const parts = [symbols, dynamicNames.bytes, sectionNames.bytes, texts]
  const starts = parts.map((_, index) => headerBytes + parts.slice(0, index).reduce((sum, one) => sum + one.length, 0))
  const end = headerBytes + parts.reduce((sum, one) => sum + one.length, 0)
  const kinds = [11, 3, 3, 1]
  const labels = ['.dynsym', '.dynstr', '.shstrtab', '.rodata']
  const sections = Buffer.alloc(sectionBytes * 5)
  for (const [index, part] of parts.entries()) {
    const at = sectionBytes * (index + 1)
    sections.writeUInt32LE(sectionNames.offsets.get(labels[index] ?? '') ?? 0, at)
    sections.writeUInt32LE(kinds[index] ?? 1, at + 4)
    sections.writeBigUInt64LE(2n, at + 8)
    sections.writeBigUInt64LE(BigInt(starts[index] ?? 0), at + 16)
    sections.writeBigUInt64LE(BigInt(starts[index] ?? 0), at + 24)
    sections.writeBigUInt64LE(BigInt(part.length), at + 32)
    // The symbols' names lie in the second section.
    sections.writeUInt32LE(index === 0 ? 2 : 0, at + 40)
    sections.writeUInt32LE(index === 0 ? 1 : 0, at + 44)
    sections.writeBigUInt64LE(1n, at + 48)
    sections.writeBigUInt64LE(BigInt(index === 0 ? symbolBytes : 0), at + 56)
  }
  return Buffer.concat([header(types[type], end), ...parts, sections])
}

function header(type: number, sectionsAt: number): Buffer {
  const bytes = Buffer.alloc(headerBytes)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(bytes)
  bytes.writeUInt16LE(type, 16)
  bytes.writeUInt16LE(62, 18)
  bytes.writeUInt32LE(1, 20)
  bytes.writeBigUInt64LE(BigInt(sectionsAt), 40)
  bytes.writeUInt16LE(headerBytes, 52)
  bytes.writeUInt16LE(sectionBytes, 58)
  bytes.writeUInt16LE(5, 60)
  bytes.writeUInt16LE(3, 62)
  return bytes
}

function tableOf(names: readonly string[]): { bytes: Buffer; offsets: ReadonlyMap<string, number> } {
  const offsets = new Map<string, number>()
  let text = '\0'
  for (const name of names) {
    offsets.set(name, text.length)
    text += `${name}\0`
  }
  return { bytes: Buffer.from(text, 'latin1'), offsets }
}
