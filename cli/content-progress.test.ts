import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentGaps } from './content-gaps.ts'
import { ContentProgress } from './content-progress.ts'
import { stepWords } from './print/step-words.ts'

test('files, bytes, rate and time left', () => {
  const progress = new ContentProgress({ show() {}, clear() {} }, 40_000)
  const at = (seconds: number, files: number, bytes: number) =>
    stepWords(progress.step({ files, bytes, cached: 0, seconds }))
  assert.equal(at(0, 0, 0), 'reading contents: 0 of about 40,000 files, 0 bytes, 0 files/s')
  assert.equal(
    at(5, 10_000, 1_234_567_890),
    'reading contents: 10,000 of about 40,000 files, 1.2 GB, 2,000 files/s, about 15 s left',
  )
  assert.equal(at(20, 50_000, 123_456_789_000), 'reading contents: 50,000 files, 123 GB, 2,667 files/s')
})

test('gaps are bounded in number, and say how many they stand for', () => {
  const paths = Array.from({ length: 25 }, (_, at) => `/a${at}`)
  const gaps = contentGaps(
    {
      found: [{ path: '/big\n', matches: [], cut: ['limit'] }],
      counts: { files: 7, bytes: 0, cached: 0, seconds: 1 },
      missed: [{ why: 'permission denied', count: 1_000, paths: paths.slice(0, 20) }],
      interrupted: true,
    },
    '/state',
  )
  assert.equal(gaps.length, 23)
  assert.deepEqual(gaps.slice(20), [
    { what: '980 more files', why: 'permission denied' },
    {
      what: '/big\\x0a',
      why: 'too large, or with too much in it: only a part was read',
      path: '/big\\x0a',
    },
    {
      what: 'contents of files',
      why: 'the scan was interrupted after 7 files: started again, it goes on there',
    },
  ])
})
