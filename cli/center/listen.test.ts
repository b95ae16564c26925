import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandError } from '../command-error.ts'
import { parseListen } from './listen.ts'

for (const [text, host, port] of [
  ['8443', '::', 8443],
  ['*:8443', '::', 8443],
  [':8443', '::', 8443],
  ['127.0.0.1:0', '127.0.0.1', 0],
  ['[::1]:443', '::1', 443],
  ['center.example:65535', 'center.example', 65535],
] as const)
  test(`listens at ${text}`, () => assert.deepEqual(parseListen(text, '--listen'), { host, port }))

for (const text of ['', 'x', '127.0.0.1', '127.0.0.1:65536', '::1:443', 'https://x:1', '-1', '1e3'])
  test(`refuses ${text || 'nothing'}`, () => assert.throws(() => parseListen(text, '--listen'), CommandError))
