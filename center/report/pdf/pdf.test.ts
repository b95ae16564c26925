import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { lineOf, type ReportDocument } from '../blocks.ts'
import { busyWithPdfs, pdfOf } from './pdf.ts'

const document: ReportDocument = {
  language: 'en',
  report: 'Incident report',
  title: 'A miner',
  badges: [],
  sections: [{ title: 'What happened', blocks: [{ kind: 'paragraph', line: lineOf('It was found.') }] }],
  page: 'Page {page} of {pages}',
  footer: 'Davylamp',
  madeAt: new Date(0),
}

test('a PDF is drawn elsewhere: this thread does not even load what draws it', async () => {
  const pdf = await pdfOf(document)
  assert.equal(Buffer.from(pdf.subarray(0, 5)).toString(), '%PDF-')
  const loaded = Object.keys(createRequire(import.meta.url).cache)
  assert.deepEqual(
    loaded.filter(one => /pdfkit|subset-font|harfbuzz/.test(one)),
    [],
  )
})

for (const [what, given, limits, expected] of [
  ['is broken', { ...document, sections: undefined as never }, { megabytes: 512, seconds: 120 }, TypeError],
  ['takes too much memory', document, { megabytes: 5, seconds: 120 }, { code: 'ERR_WORKER_OUT_OF_MEMORY' }],
  ['takes too long', document, { megabytes: 512, seconds: 0.001 }, /within 0.001 seconds/],
] as const)
  test(`one that ${what} is given up, and the next is drawn`, async () => {
    const [bad, good] = [pdfOf(given, limits), pdfOf(document)]
    await assert.rejects(bad, expected)
    assert.ok((await good).length > 1_000)
  })

test('beyond twenty that wait, others are told to come later', async () => {
  const limits = { megabytes: 512, seconds: 0.001 }
  const waiting = Array.from({ length: 20 }, () => pdfOf(document, limits))
  assert.equal(busyWithPdfs(), true)
  await Promise.allSettled(waiting)
  assert.equal(busyWithPdfs(), false)
})
