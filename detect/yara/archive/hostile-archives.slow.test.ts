import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { createTar } from 'nanotar'
import { enginesHere, lookInto, scannerFor } from '../testing/scanners.ts'

const [engine] = enginesHere()
assert.ok(engine)
/** With the usual limits. */
const scanner = scannerFor('rule pit { strings: $a = "deep in the pit" condition: $a }', engine)
const song = Buffer.from(`${'la '.repeat(500)}deep in the pit`)
const megabyte = 1024 * 1024

interface Entry {
  readonly name: string
  readonly packed: Buffer
  readonly size: number
  /** Of a local header; default where its own lies. */
  readonly offset?: number
}

/** A zip as APPNOTE.TXT has it, whose directory may say what it likes. */
function zipOf(entries: readonly Entry[]): Buffer {
  const local: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, packed, size, offset } of entries) {
    const head = Buffer.alloc(46)
    head.writeUInt32LE(0x02014b50, 0)
    head.writeUInt16LE(8, 10)
    head.writeUInt32LE(packed.length, 20)
    head.writeUInt32LE(size, 24)
    head.writeUInt16LE(name.length, 28)
    head.writeUInt32LE(offset ?? at, 42)
    directory.push(head, Buffer.from(name))
    if (offset !== undefined) continue
    const own = Buffer.alloc(30)
    own.writeUInt32LE(0x04034b50, 0)
    own.writeUInt16LE(8, 8)
    own.writeUInt16LE(name.length, 26)
    local.push(own, Buffer.from(name), packed)
    at += 30 + name.length + packed.length
  }
  const middle = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 8)
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 10)
  end.writeUInt32LE(middle.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...local, middle, end])
}

function entry(name: string, content: Buffer, offset?: number): Entry {
  const packed = deflateRawSync(content)
  return { name, packed, size: content.length, ...(offset === undefined ? {} : { offset }) }
}

/** The end of a zip64 that says where its directory is. */
function zip64(recordAt: bigint, size: bigint, offset: bigint): Buffer {
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(size, 40)
  record.writeBigUInt64LE(offset, 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(recordAt, 8)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.fill(0xff, 12, 20)
  return Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(60), record, locator, end])
}

/** A tar whose first header says another size. `field`: its 12 bytes. */
function tarSaying(field: Buffer | string): Buffer {
  const tar = Buffer.from(createTar([{ name: 'a', data: song }]))
  Buffer.from(field).copy(tar, 124)
  tar.write(' '.repeat(8), 148, 'latin1')
  const sum = tar.subarray(0, 512).reduce((all, one) => all + one, 0)
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return tar
}

/** One header with no content, again and again. */
function tarOfEmpty(count: number): Buffer {
  const header = Buffer.from(createTar([{ name: 'f', data: new Uint8Array() }])).subarray(0, 512)
  return Buffer.alloc(count * 512, header)
}

/** A frame of zstd (RFC 8878) that wants a window of 2 GB, behind which nothing comes. */
const zstdWindow = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00])
/** A header of xz whose filter wants a dictionary of 4 GB. */
const xzDictionary = Buffer.concat([Buffer.from('/Td6WFoAAATm1rRGAgAhASgAAAA=', 'base64'), Buffer.alloc(4_000, 0x55)])
const gzipExtra = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 0xff, 0xff]), Buffer.alloc(100)])

const bomb = deflateRawSync(Buffer.alloc(60 * megabyte))
const many = Array.from({ length: 1_000_000 }, (_, at) => `${at}`)

describe('whatever an archive says of itself, it is left in time, and that is told', () => {
  for (const [name, make, members, cut] of [
    ['a million entries of one place', () => zipOf(overlapping(many)), ['0'], ['limit']],
    [
      'a directory of more than is read',
      () => zipOf(overlapping(many.map(one => one.padStart(40, 'x')))),
      [],
      ['limit'],
    ],
    ['a million headers in a tar', () => tarOfEmpty(1_000_000), [], ['limit']],
    ['a million headers in a tar.gz', () => gzipSync(tarOfEmpty(1_000_000), { level: 1 }), [], ['limit']],
    [
      'one bomb under fifty names',
      () =>
        zipOf([
          entry('song', song),
          { name: 'b', packed: bomb, size: 60 * megabyte },
          ...Array.from({ length: 50 }, (_, at) => ({
            name: `b${at}`,
            packed: bomb,
            size: 60 * megabyte,
            offset: 34 + deflateRawSync(song).length,
          })),
        ]),
      ['song'],
      ['limit'],
    ],
    ['a bomb in a bomb', () => gzipSync(gzipSync(Buffer.alloc(200 * megabyte))), [], ['nested']],
    ['ten archives in one another', () => nested(10), [], ['nested']],
    ['zip64: the directory behind the end', () => zip64(68n, 100n, 2n ** 63n), [], ['damaged']],
    ['zip64: a directory of exabytes', () => zip64(68n, 2n ** 64n - 1n, 0n), [], ['damaged']],
    ['zip64: the record behind the end', () => zip64(2n ** 63n, 1n, 1n), [], ['damaged']],
    [
      'zip: a member far behind the end',
      () => zipOf([entry('song', song), entry('far', song, 0xfffffff0)]),
      ['song'],
      ['damaged'],
    ],
    ['tar: a member of 8 GiB', () => tarSaying('77777777777\0'), ['a'], ['damaged']],
    ['tar: a member of 2^95 bytes', () => tarSaying(Buffer.alloc(12, 0xff)), [], ['damaged']],
    ['tar: a size that is no number', () => tarSaying('9999999999z\0'), [], ['damaged']],
    ['zstd: a window of 2 GB', () => zstdWindow, [], ['damaged']],
    ['xz: a dictionary of 4 GB', () => xzDictionary, [], ['damaged']],
    ['gzip: nothing behind a header that is cut off', () => gzipExtra, [], ['damaged']],
    ['zstd: cut off', () => zstdCompressSync(song).subarray(0, -9), [], ['damaged']],
    ['only the mark of a gzip', () => Buffer.from([0x1f, 0x8b]), [], []],
    ['only the mark of a zip', () => Buffer.from('PK\x05\x06'), [], []],
  ] as const)
    test(name, { timeout: 60_000 }, () => {
      const look = lookInto(scanner, make())
      const found = new Set(look.matches.flatMap(one => one.member ?? []))
      assert.deepEqual([[...found].slice(0, 1), look.cut], [members, cut])
    })
})

/** Names of one and the same member. */
function overlapping(names: readonly string[]): Entry[] {
  const first = entry('0', song)
  return [first, ...names.slice(1).map(name => ({ ...first, name, offset: 0 }))]
}

function nested(levels: number): Buffer {
  let bytes: Buffer = song
  for (let level = 0; level < levels; level++) bytes = gzipSync(bytes)
  return bytes
}
