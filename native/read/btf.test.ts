import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { kernelTypes, memberOffsets, readKernelTypes } from './btf.ts'

/** Types as the kernel writes them: an int, two structures without a name in a named one, and one with bit fields. */
function small(): Buffer {
  const names = Buffer.from('\0int\0outer\0first\0deep\0bits\0flag\0wide\0', 'latin1')
  const name = (text: string) => (text === '' ? 0 : names.indexOf(`\0${text}\0`, 0, 'latin1') + 1)
  const words = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 4)
    for (const [at, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, at * 4)
    return bytes
  }
  const info = (kind: number, parts = 0, bitfields = false) => (kind << 24) | parts | (bitfields ? 0x8000_0000 : 0)
  const types = Buffer.concat([
    // 1: int, with its own word.
    words(name('int'), info(1), 4, 32),
    // 2: a structure without a name, with `deep` behind four bytes.
    words(0, info(4, 2), 8, name('wide'), 1, 0, name('deep'), 1, 32),
    // 3: const of it.
    words(0, info(10), 2),
    // 4: outer, that holds 3 at byte 8.
    words(name('outer'), info(4, 2), 16, name('first'), 1, 0, 0, 3, 64),
    // 5: bits, where `flag` is three bits from the 64th on, and `first` begins within a byte.
    words(name('bits'), info(4, 2, true), 16, name('flag'), 1, (3 << 24) | 64, name('first'), 1, (1 << 24) | 3),
  ])
  const head = Buffer.alloc(24)
  head.writeUInt16LE(0xeb9f, 0)
  head.writeUInt8(1, 2)
  head.writeUInt32LE(24, 4)
  head.writeUInt32LE(0, 8)
  head.writeUInt32LE(types.length, 12)
  head.writeUInt32LE(types.length, 16)
  head.writeUInt32LE(names.length, 20)
  return Buffer.concat([head, types, names])
}

test('members, also those of structures without a name, and bit fields that begin with a byte', () => {
  const offset = memberOffsets(small())
  assert.equal(offset('outer', 'first'), 0)
  assert.equal(offset('outer', 'deep'), 12)
  assert.equal(offset('outer', 'wide'), 8)
  assert.equal(offset('bits', 'flag'), 8)
  assert.equal(offset('bits', 'first'), undefined)
  assert.equal(offset('outer', 'flag'), undefined)
  assert.equal(offset('inner', 'deep'), undefined)
  assert.equal(offset('int', 'first'), undefined)
})

test('whatever the bytes are, there is an answer or a RangeError', () => {
  const whole = small()
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 12 }),
      fc.nat(whole.length),
      (changes, length) => {
        const bytes = Buffer.from(whole.subarray(0, length))
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        try {
          const offset = memberOffsets(bytes)
          for (const [structure, member] of [
            ['outer', 'deep'],
            ['bits', 'flag'],
            ['outer', 'first'],
          ] as const) {
            const found = offset(structure, member)
            assert.ok(found === undefined || Number.isInteger(found))
          }
        } catch (error) {
          assert.ok(error instanceof RangeError, String(error))
        }
      },
    ),
  )
})

test('the kernel of this machine', { skip: existsSync(kernelTypes) ? false : 'this kernel has no BTF' }, () => {
  const offset = readKernelTypes()
  for (const [structure, member] of [
    ['task_struct', 'tgid'],
    ['task_struct', 'mm'],
    ['linux_binprm', 'filename'],
    ['mm_struct', 'arg_start'],
  ] as const)
    assert.ok((offset(structure, member) ?? 0) > 0, `${structure}.${member}`)
  assert.equal(offset('task_struct', 'arg_start'), undefined)
})
