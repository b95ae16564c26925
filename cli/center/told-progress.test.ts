import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CenterOrderState, OrderObject } from '../../model/api/index.ts'
import type { Context } from '../context.ts'
import { Page } from '../print/page.ts'
import { ToldProgress } from './told-progress.ts'

function scene() {
  const lines: string[] = []
  const shown: string[] = []
  const page = new Page({ width: 120, colours: false, write: text => void lines.push(text.trimEnd()) })
  const progress = { show: (text: string) => void shown.push(text), clear() {} }
  const context: Context = { state: '', json: false, page, notes: page, progress, print() {}, raw() {} }
  const told = new ToldProgress(context)
  const know = (state: CenterOrderState) =>
    told.know([{ id: 'o', state, host: { id: 'h', name: 'web-3\u001b[2J' } } as OrderObject])
  const hear = (detail: object) => told.hear({ what: 'progress', id: 'h', at: '2026-11-22T12:00:00Z', detail })
  return { lines, shown, know, hear }
}

const reading = { what: 'reading contents', bytes: 5_000_000, perSecond: 250, secondsLeft: 90 }

test('one line that changes, and a line for each tenth; nothing of an order that is not followed or has ended', () => {
  const { lines, shown, know, hear } = scene()
  know('running')
  hear({ order: 'o', what: 'looking', done: 3, total: 40 })
  for (const done of [0, 9, 10, 11, 19, 55, 56, 60]) hear({ ...reading, order: 'o', done, total: 100 })
  hear({ ...reading, order: 'o', done: 70, total: 0 })
  hear({ ...reading, order: 'other', done: 90, total: 100 })
  hear({ order: 'o', what: 7 })
  const words = (done: number) => `${done} of about 100 files, 5.0 MB, 250 files/s, about 2 min left`
  assert.deepEqual(
    lines.filter(line => line !== ''),
    [10, 55, 60].map(done => `web-3\\x1b[2J: ${done} % – reading contents: ${words(done)}`),
  )
  assert.equal(shown[0], 'web-3\\x1b[2J: looking: 3 of 40')
  assert.equal(shown.at(-1), 'web-3\\x1b[2J: reading contents: 70 files, 5.0 MB, 250 files/s, about 2 min left')
  assert.equal(shown.length, 10)
  know('done')
  hear({ ...reading, order: 'o', done: 95, total: 100 })
  assert.equal(shown.length, 10)
})
