import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration, showDuration } from './duration.ts'

for (const [text, seconds] of [
  ['60s', 60],
  ['90', 90],
  ['5m', 300],
  ['24h', 86_400],
  ['8d', 691_200],
  ['0', 0],
  ['', undefined],
  ['1.5h', undefined],
  ['-3s', undefined],
  ['1h30m', undefined],
] as const)
  test(`parse ${text}`, () => assert.equal(parseDuration(text), seconds))

for (const [seconds, text] of [
  [86_400, '1d'],
  [7_200, '2h'],
  [90, '90s'],
  [0, '0s'],
] as const)
  test(`show ${seconds}`, () => assert.equal(showDuration(seconds), text))
