import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errno, libc, SystemCallError } from './libc.ts'

test('calls the C library', () => assert.equal(libc('getpid', 'int32', [])(), process.pid))

test('one function may be asked for with several signatures', () => {
  const asInt = libc('getppid', 'int32', [])
  const asLong = libc('getppid', 'int64', [])
  assert.equal(Number(asLong()), asInt())
})

test('errno is that of the last call', () => {
  assert.equal(libc('close', 'int32', ['int32'])(-1), -1)
  assert.equal(errno(), 9)
})

test('an error has the code that node would give', () => {
  const { code, message, errno: number } = new SystemCallError('open', 13, '/x')
  assert.deepEqual([code, message, number], ['EACCES', 'open /x: EACCES', 13])
})
