import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldReasons } from './fold-reasons.ts'

test('reasons of a kind are one line, what takes most from the mean of all hosts first', () => {
  assert.deepEqual(
    foldReasons(
      [
        { what: 'gaps', text: 'g', hosts: 1, points: 5 },
        { what: 'confirmed', text: '1 confirmed intrusion', hosts: 2, points: 120 },
        { what: 'confirmed', text: '2 confirmed intrusions', hosts: 1, points: 70 },
      ],
      5,
    ),
    [
      { what: 'confirmed', text: '1 confirmed intrusion', hosts: 3, points: 38 },
      { what: 'gaps', text: 'g', hosts: 1, points: 1 },
    ],
  )
})
