import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lookAtElf } from './elf.ts'

const names = ['readdir', 'unlinkat', 'x']

/** A small library of 64 bits whose dynamic symbols are `names` (elf(5)); tables lie where the header says. */
function library(): Buffer {
  const strings = Buffer.from(`\0${names.join('\0')}\0`)
  const symbols = Buffer.alloc(24 * (names.length + 1))
  for (const [at, name] of names.entries()) {
    const symbol = 24 * (at + 1)
    symbols.writeUInt32LE(strings.indexOf(`\0${name}\0`) + 1, symbol)
    symbols.writeUInt8(0x12, symbol + 4)
    symbols.writeUInt16LE(1, symbol + 6)
  }
  const [symbolsAt, stringsAt] = [64, 64 + symbols.length]
  const sectionsAt = Math.ceil((stringsAt + strings.length) / 8) * 8
  const bytes = Buffer.alloc(sectionsAt + 3 * 64)
  bytes.write('\x7fELF\x02\x01\x01', 0, 'latin1')
  bytes.writeUInt16LE(3, 16)
  bytes.writeBigUInt64LE(BigInt(sectionsAt), 40)
  bytes.writeUInt16LE(64, 58)
  bytes.writeUInt16LE(3, 60)
  symbols.copy(bytes, symbolsAt)
  strings.copy(bytes, stringsAt)
  const section = (at: number, kind: number, offset: number, size: number, link: number) => {
    const head = sectionsAt + at * 64
    bytes.writeUInt32LE(kind, head + 4)
    bytes.writeBigUInt64LE(BigInt(offset), head + 24)
    bytes.writeBigUInt64LE(BigInt(size), head + 32)
    bytes.writeUInt32LE(link, head + 40)
  }
  section(1, 11, symbolsAt, symbols.length, 2)
  section(2, 3, stringsAt, strings.length, 0)
  return bytes
}

test('what a library defines, and what lies behind its end', () => {
  const bytes = library()
  const look = lookAtElf(bytes, bytes.length + 1_000)
  assert.deepEqual([[...(look?.defines ?? [])], look?.dynamic, look?.overlayBytes], [names, true, 1_000])
  assert.equal(lookAtElf(Buffer.from('#!/bin/sh\n'.repeat(20)), 200), undefined)
})

test('two hundred tables of twenty thousand names without an end are left in time', { timeout: 20_000 }, () => {
  const bytes = Buffer.alloc(4 * 1024 * 1024, 'A')
  bytes.write('\x7fELF\x02\x01\x01', 0, 'latin1')
  bytes.writeBigUInt64LE(64n, 40)
  bytes.writeUInt16LE(64, 58)
  bytes.writeUInt16LE(200, 60)
  for (let at = 0; at < 200; at++) {
    const head = 64 + at * 64
    bytes.writeUInt32LE(11, head + 4)
    bytes.writeBigUInt64LE(at === 5 ? 2_000_000n : 13_000n, head + 24)
    bytes.writeBigUInt64LE(480_000n, head + 32)
    bytes.writeUInt32LE(5, head + 40)
  }
  for (let symbol = 13_000; symbol < 493_000; symbol += 24) bytes.writeUInt32LE(1, symbol)
  assert.deepEqual([...(lookAtElf(bytes, bytes.length)?.defines ?? [])], [''])
})

test('no bytes make it throw or count below nothing', () => {
  const sample = library()
  const change = fc.tuple(fc.nat(sample.length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0x10))
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30 }),
      fc.nat(sample.length),
      fc.oneof(fc.nat(), fc.constant(2 ** 50)),
      (changes, cutAt, size) => {
        const bytes = Buffer.from(sample)
        for (const [at, value] of changes) bytes[at] = value
        const look = lookAtElf(bytes.subarray(0, cutAt), size)
        if (look === undefined) return
        assert.ok(look.overlayBytes >= 0 && look.overlayBytes <= size, String(look.overlayBytes))
        assert.ok(look.defines.size <= 20_000)
      },
    ),
    { numRuns: 2_000 },
  )
  const noise = fc.uint8Array({ minLength: 60, maxLength: 400 })
  fc.assert(
    fc.property(noise, fc.nat(), (tail, size) => {
      lookAtElf(Buffer.concat([Buffer.from('\x7fELF', 'latin1'), tail]), size)
    }),
    { numRuns: 2_000 },
  )
})
