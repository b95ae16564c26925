import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Context } from '../context.ts'
import { Page } from '../print/page.ts'
import { gathered, plainAll, said, showJson, showList, showOne } from './show.ts'

function pages(): { context: Context; text(): string } {
  const written: string[] = []
  const page = new Page({ width: 100, colours: true, write: text => void written.push(text) })
  const nothing = () => {}
  const progress = { show: nothing, clear: nothing }
  return {
    context: { state: '', json: false, page, notes: page, progress, print: nothing, raw: nothing },
    text: () => written.join(''),
  }
}

/** Our own: the titles are dim. Nothing that a host wrote may look like them. */
const ours = /\u001b\[(?:2|22)m/g
const hostile = fc.string({ unit: 'binary', maxLength: 60 }).map(text => `${text}\u001b[31m\u001b[2J\r\n\u202e\u009b1m`)

test('whatever a host wrote, it stays on its line and never reaches the terminal as a control character or colour', () => {
  fc.assert(
    fc.property(hostile, text => {
      const { context, text: written } = pages()
      showList(
        context,
        { items: [text, text] },
        [
          ['a', one => one],
          ['b', one => one],
        ],
        '',
      )
      showOne(context, {}, [['a', text]])
      context.page.text(said`${text} is what it said`)
      context.page.text(plainAll({ a: [text] }).a[0] ?? '')
      showJson(context, { text })
      const left = written().replace(ours, '')
      assert.doesNotMatch(left, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      assert.ok(left.isWellFormed())
    }),
  )
})

test('a list goes on page after page until there are as many as wanted', async () => {
  const all = Array.from({ length: 1_234 }, (_, at) => at)
  const asked: number[] = []
  const list = async ({ limit, after = '0' }: { limit: number; after?: string }) => {
    asked.push(limit)
    const from = Number(after)
    const items = all.slice(from, from + limit)
    return { items, ...(from + limit < all.length ? { next: String(from + limit) } : {}) }
  }
  assert.deepEqual(await gathered(list, { all: true }), { items: all })
  assert.deepEqual(asked, [500, 500, 500])
  assert.deepEqual(await gathered(list, { limit: 3 }), { items: [0, 1, 2], next: '3' })
  assert.deepEqual(await gathered(list, { limit: 2, after: '1232' }), { items: [1_232, 1_233] })
})
