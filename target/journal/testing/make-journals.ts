import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { knownEntries, machineId } from './known-journal.ts'

/**
 * Writes the journal files of the tests with systemd's own writer: `node make-journals.ts [PROGRAM]`, where PROGRAM is
 * systemd-journal-remote (Debian package of the same name) of systemd 252 or later. Each comes in another form of the format.
 */
const forms = {
  'compact-keyed-zstd': {},
  'plain-keyed-zstd': { SYSTEMD_JOURNAL_COMPACT: '0' },
  'plain-jenkins-lz4': { SYSTEMD_JOURNAL_COMPACT: '0', SYSTEMD_JOURNAL_KEYED_HASH: '0' },
} as const

const writer = process.argv[2] ?? '/lib/systemd/systemd-journal-remote'
const folder = mkdtempSync(join(tmpdir(), 'davylamp-journals-'))
try {
  for (const [name, environment] of Object.entries(forms)) {
    const path = join(folder, `${name}.journal`)
    execFileSync(writer, ['--output', path, '--compress=yes', '-'], {
      input: exported(),
      env: { ...process.env, ...environment },
    })
    const journal = readFileSync(path)
    journal.write(machineId, 40, 'hex')
    if (name.endsWith('lz4')) repackAsLz4(journal)
    const packed = zstdCompressSync(journal, { params: { [constants.ZSTD_c_compressionLevel]: 19 } })
    writeFileSync(join(import.meta.dirname, `${name}.journal.zst`), packed)
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** The journal export format (systemd.io/JOURNAL_EXPORT_FORMATS). */
function exported(): Buffer {
  const parts: Buffer[] = []
  let number = 0
  for (const { realtime, fields } of knownEntries()) {
    number++
    parts.push(
      Buffer.from(`__CURSOR=${number}\n__REALTIME_TIMESTAMP=${realtime}\n__MONOTONIC_TIMESTAMP=${number}000\n`),
    )
    for (const [name, value] of fields) parts.push(field(name, value))
    parts.push(Buffer.from('\n'))
  }
  return Buffer.concat(parts)
}

function field(name: string, value: string): Buffer {
  if (!/[\n\u0001]/.test(value)) return Buffer.from(`${name}=${value}\n`)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(value)))
  return Buffer.concat([Buffer.from(`${name}\n`), length, Buffer.from(`${value}\n`)])
}

/** Fields packed with zstd become LZ4 as older writers packed them: repetitions of what their first bytes say. */
function repackAsLz4(journal: Buffer): void {
  const hashTables = [104, 120].map(at => Number(journal.readBigUInt64LE(at)) - 16)
  let offset = Number(journal.readBigUInt64LE(88))
  const last = Number(journal.readBigUInt64LE(136))
  for (; offset <= last; ) {
    const size = Number(journal.readBigUInt64LE(offset + 8))
    if (!hashTables.includes(offset) && journal[offset] === 1 && journal[offset + 1] === 4) {
      const payload = journal.subarray(offset + 64, offset + size)
      const packed = lz4Of(zstdDecompressSync(payload))
      if (packed.length > Math.ceil(payload.length / 8) * 8) throw new Error('LZ4 needs more room')
      packed.copy(journal, offset + 64)
      journal[offset + 1] = 2
      journal.writeBigUInt64LE(BigInt(64 + packed.length), offset + 8)
    }
    offset += Math.ceil(size / 8) * 8
  }
  journal.writeUInt32LE((journal.readUInt32LE(12) & ~8) | 2, 12)
}

/** `LONG=12 12 12 …` as its head, one match and an end of five bytes, as the format asks. */
function lz4Of(content: Buffer): Buffer {
  const period = content.indexOf(0x20) - content.indexOf(0x3d)
  const head = content.indexOf(0x3d) + 1 + period
  const match = content.length - 5 - head - 4
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(content.length))
  const rest = match - 15
  const more = Buffer.concat([Buffer.alloc(Math.floor(rest / 255), 255), Buffer.of(rest % 255)])
  return Buffer.concat([
    length,
    Buffer.of((head << 4) | 15),
    content.subarray(0, head),
    Buffer.of(period, 0),
    more,
    Buffer.of(0x50),
    content.subarray(content.length - 5),
  ])
}
