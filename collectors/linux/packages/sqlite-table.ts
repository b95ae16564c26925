import type { Target } from '../../../target/index.ts'

const mostPages = 4_000_000
const mostDepth = 20
const blockSize = 1024 * 1024
const mostPayload = 64 * 1024 * 1024

/** Where a row lies, so that it can be read again without walking the tree. */
export interface RowPlace {
  readonly page: number
  readonly cell: number
}

/** One table of an SQLite database, row by row, without SQLite: nothing is copied or locked, and a hostile file does no harm. */
export interface SqliteTable {
  rows(): Generator<RowPlace>
  /** The value of the last column, which must be a blob or text. */
  lastColumn(place: RowPlace): Buffer | undefined
}

/** The format is https://www.sqlite.org/fileformat2.html; committed pages of the write-ahead log count. */
export function openSqliteTable(target: Target, path: string, table: string): SqliteTable | undefined {
  const header = target.files.slice(path, 0, 100)
  if (header === undefined || header.length < 100 || header.toString('latin1', 0, 15) !== 'SQLite format 3')
    return undefined
  const written = header.readUInt16BE(16)
  const pageSize = written === 1 ? 65_536 : written
  const usable = pageSize - (header[20] ?? 0)
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0 || usable < 480) return undefined
  const readPage = pageReader(target, path, pageSize)

  function* leaves(root: number): Generator<{ page: number; bytes: Buffer }> {
    const seen = new Set<number>()
    const waiting: { page: number; depth: number }[] = [{ page: root, depth: 0 }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { page, depth } = next
      if (seen.has(page) || seen.size > mostPages || depth > mostDepth) continue
      seen.add(page)
      const bytes = readPage(page)
      if (bytes === undefined) continue
      const start = page === 1 ? 100 : 0
      const kind = bytes[start]
      if (kind === leafPage) yield { page, bytes }
      if (kind !== interiorPage) continue
      waiting.push({ page: bytes.readUInt32BE(start + 8), depth: depth + 1 })
      const children = cellOffsets(bytes, start, 12).map(offset => bytes.readUInt32BE(offset))
      for (const child of children.reverse()) waiting.push({ page: child, depth: depth + 1 })
    }
  }

  function payload({ page, cell }: RowPlace): Buffer | undefined {
    const bytes = readPage(page)
    if (bytes === undefined) return undefined
    const size = readVarint(bytes, cell)
    if (size === undefined || size.value > mostPayload) return undefined
    const row = readVarint(bytes, size.next)
    if (row === undefined) return undefined
    const most = usable - 35
    if (size.value <= most) return bytes.subarray(row.next, row.next + size.value)
    const least = Math.floor(((usable - 12) * 32) / 255) - 23
    const spill = least + ((size.value - least) % (usable - 4))
    const local = spill <= most ? spill : least
    const whole = Buffer.alloc(size.value)
    bytes.copy(whole, 0, row.next, row.next + local)
    let filled = local
    let overflow = row.next + local + 4 <= bytes.length ? bytes.readUInt32BE(row.next + local) : 0
    while (overflow !== 0 && filled < size.value) {
      const more = readPage(overflow)
      if (more === undefined) return undefined
      const length = Math.min(usable - 4, size.value - filled)
      more.copy(whole, filled, 4, 4 + length)
      filled += length
      overflow = more.readUInt32BE(0)
    }
    return filled === size.value ? whole : undefined
  }

  function* rowsBelow(root: number): Generator<RowPlace> {
    for (const { page, bytes } of leaves(root)) {
      for (const cell of cellOffsets(bytes, page === 1 ? 100 : 0, 8)) yield { page, cell }
    }
  }

  for (const place of rowsBelow(1)) {
    const columns = recordColumns(payload(place))
    if (columns[0]?.toString('latin1') !== 'table' || columns[1]?.toString('latin1') !== table) continue
    const root = integer(columns[3])
    if (root === undefined) continue
    return { rows: () => rowsBelow(root), lastColumn: row => recordColumns(payload(row)).at(-1) }
  }
  return undefined
}

const leafPage = 0x0d
const interiorPage = 0x05

/** Pages by number from 1, out of the write-ahead log where it has them. */
function pageReader(target: Target, path: string, pageSize: number): (page: number) => Buffer | undefined {
  const wal = `${path}-wal`
  const logged = loggedPages(target, wal, pageSize)
  const blocks = new Map<number, Buffer>()
  const pagesPerBlock = Math.max(1, blockSize / pageSize)
  return page => {
    if (page < 1) return undefined
    const inLog = logged.get(page)
    if (inLog !== undefined) return whole(target.files.slice(wal, inLog, pageSize), pageSize)
    const number = Math.floor((page - 1) / pagesPerBlock)
    let block = blocks.get(number)
    if (block === undefined) {
      block = target.files.slice(path, number * pagesPerBlock * pageSize, pagesPerBlock * pageSize)
      if (block === undefined) return undefined
      if (blocks.size >= 4) blocks.delete(blocks.keys().next().value ?? 0)
      blocks.set(number, block)
    }
    const start = ((page - 1) % pagesPerBlock) * pageSize
    return whole(block.subarray(start, start + pageSize), pageSize)
  }
}

function whole(bytes: Buffer | undefined, size: number): Buffer | undefined {
  return bytes?.length === size ? bytes : undefined
}

/** Where in the log the newest committed copy of each page lies. */
function loggedPages(target: Target, wal: string, pageSize: number): Map<number, number> {
  const pages = new Map<number, number>()
  const header = target.files.stat(wal)?.type === 'file' ? target.files.slice(wal, 0, 32) : undefined
  if (header?.length !== 32 || header.readUInt32BE(0) >>> 1 !== 0x377f0682 >>> 1) return pages
  if (header.readUInt32BE(8) !== pageSize) return pages
  const pending = new Map<number, number>()
  for (let offset = 32, frames = 0; frames < mostPages; offset += 24 + pageSize, frames++) {
    const frame = target.files.slice(wal, offset, 24)
    if (frame?.length !== 24 || !frame.subarray(8, 16).equals(header.subarray(16, 24))) break
    pending.set(frame.readUInt32BE(0), offset + 24)
    if (frame.readUInt32BE(4) === 0) continue
    for (const [page, place] of pending) pages.set(page, place)
    pending.clear()
  }
  return pages
}

function cellOffsets(page: Buffer, start: number, headerLength: number): number[] {
  const count = page.readUInt16BE(start + 3)
  const offsets: number[] = []
  for (let at = 0; at < count; at++) {
    const position = start + headerLength + at * 2
    if (position + 2 > page.length) break
    const offset = page.readUInt16BE(position)
    if (offset + 4 <= page.length) offsets.push(offset)
  }
  return offsets
}

function readVarint(bytes: Buffer, at: number): { value: number; next: number } | undefined {
  let value = 0
  for (let length = 0; length < 9; length++) {
    const byte = bytes[at + length]
    if (byte === undefined) return undefined
    if (length === 8) return { value: value * 256 + byte, next: at + 9 }
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return { value, next: at + length + 1 }
  }
  return undefined
}

function recordColumns(record: Buffer | undefined): Buffer[] {
  if (record === undefined) return []
  const header = readVarint(record, 0)
  if (header === undefined) return []
  const columns: Buffer[] = []
  let body = header.value
  for (let at = header.next; at < header.value && columns.length < 100; ) {
    const kind = readVarint(record, at)
    if (kind === undefined) break
    const length = kind.value >= 12 ? (kind.value - (kind.value % 2) - 12) / 2 : (integerSizes[kind.value] ?? 0)
    columns.push(record.subarray(body, body + length))
    body += length
    at = kind.next
  }
  return columns
}

const integerSizes = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0]

function integer(bytes: Buffer | undefined): number | undefined {
  return bytes === undefined || bytes.length === 0 || bytes.length > 6 ? undefined : bytes.readUIntBE(0, bytes.length)
}
