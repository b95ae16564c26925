import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodes } from './exit-codes.ts'
import { exitCodeOfError, explainError } from './failure.ts'

/** As node:sqlite throws it; `errcode` may be an extended one. */
const sqlite = (errcode: number, message: string) =>
  Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode })

for (const [error, says] of [
  [sqlite(13, 'database or disk is full'), /^davylamp: no space is left on the disk: make room there/],
  [sqlite(8, 'attempt to write a readonly database'), /^davylamp: attempt to write a readonly database\n$/],
  [sqlite(10 | (3 << 8), 'disk I/O error'), /^davylamp: disk I\/O error\n$/],
  [Object.assign(new Error('EROFS: read-only file system, open'), { code: 'EROFS' }), /^davylamp: EROFS/],
] as const)
  test(`a disk that takes nothing is no fault of ours: ${error.message}`, () => {
    assert.match(explainError(error), says)
    assert.equal(exitCodeOfError(error), exitCodes.notPermitted)
  })

test('other failures of the database are', () => {
  assert.match(explainError(sqlite(1, 'no such table')), /internal fault/)
  assert.equal(exitCodeOfError(sqlite(1, 'no such table')), exitCodes.internal)
})
