import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { timeOfUuid7, uuid7, uuid7Floor } from './uuid7.ts'

const times = fc.date({ min: new Date(0), max: new Date(2 ** 48 - 1), noInvalidDate: true })

test('an id is a UUID of version 7, tells its time, and lies between the floors', () => {
  fc.assert(
    fc.property(times, at => {
      const id = uuid7(at)
      assert.equal(z.uuidv7().safeParse(id).success, true)
      assert.equal(timeOfUuid7(id).getTime(), at.getTime())
      assert.ok(uuid7Floor(at) < id)
      if (at.getTime() < 2 ** 48 - 1) assert.ok(id < uuid7Floor(at.getTime() + 1))
    }),
  )
})

test('times that no id can be of', () => {
  assert.equal(uuid7Floor(new Date('0001-01-01T00:00:00Z')), '00000000-0000-0000-0000-000000000000')
  assert.equal(uuid7Floor(8.64e15), 'ffffffff-ffff-0000-0000-000000000000')
})

test('ids of one millisecond sort as they were made', () => {
  const ids = Array.from({ length: 20_000 }, () => uuid7(1_790_000_000_000))
  assert.deepEqual(ids, [...ids].sort())
  assert.equal(new Set(ids).size, ids.length)
})
