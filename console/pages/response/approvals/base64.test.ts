import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base64 } from './base64.ts'

for (const [given, expected] of [
  ['', ''],
  ['-_8', '+/8='],
  ['YQ', 'YQ=='],
  ['YWJj', 'YWJj'],
  ['YQ==', 'YQ=='],
] as const)
  test(`base64 of ${JSON.stringify(given)}`, () => assert.equal(base64(given), expected))
