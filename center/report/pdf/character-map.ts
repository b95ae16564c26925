/** The characters that a TrueType font draws, from its `cmap` (OpenType 1.9, formats 4 and 12). */
export function charactersIn(font: Buffer): Set<number> {
  const table = tableOf(font, 'cmap')
  const found = new Set<number>()
  if (table === undefined) return found
  const count = table.readUInt16BE(2)
  for (let place = 0; place < count; place++) {
    const subtable = table.subarray(table.readUInt32BE(4 + place * 8 + 4))
    const format = subtable.readUInt16BE(0)
    if (format === 4) addSegments(subtable, found)
    if (format === 12) addGroups(subtable, found)
  }
  return found
}

function tableOf(font: Buffer, tag: string): Buffer | undefined {
  const count = font.readUInt16BE(4)
  for (let place = 0; place < count; place++) {
    const entry = 12 + place * 16
    if (font.toString('latin1', entry, entry + 4) !== tag) continue
    const start = font.readUInt32BE(entry + 8)
    return font.subarray(start, start + font.readUInt32BE(entry + 12))
  }
  return undefined
}

function addSegments(subtable: Buffer, found: Set<number>): void {
  const doubled = subtable.readUInt16BE(6)
  const [ends, starts, deltas, offsets] = [14, 16 + doubled, 16 + 2 * doubled, 16 + 3 * doubled]
  for (let segment = 0; segment < doubled; segment += 2) {
    const first = subtable.readUInt16BE(starts + segment)
    const last = subtable.readUInt16BE(ends + segment)
    const delta = subtable.readUInt16BE(deltas + segment)
    const offset = subtable.readUInt16BE(offsets + segment)
    for (let code = first; code <= last && code !== 0xffff; code++) {
      const stored = offset === 0 ? code : subtable.readUInt16BE(offsets + segment + offset + (code - first) * 2)
      if (offset === 0 ? ((stored + delta) & 0xffff) !== 0 : stored !== 0) found.add(code)
    }
  }
}

function addGroups(subtable: Buffer, found: Set<number>): void {
  const groups = subtable.readUInt32BE(12)
  for (let group = 0; group < groups; group++) {
    const entry = 16 + group * 12
    const last = subtable.readUInt32BE(entry + 4)
    for (let code = subtable.readUInt32BE(entry); code <= last; code++) found.add(code)
  }
}
