import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../../client/index.ts'
import { packProblems } from './pack-problems.ts'

const refused = (detail: string) =>
  new ApiError(422, { type: 'urn:davylamp:problem:pack-refused', title: 'No', status: 422, detail })

test('problems of a pack are told with the lines meant', () => {
  const documents = 'title: One\nlevel: enormous\n'
  assert.deepEqual(
    packProblems(refused('line 2: no such level\nrule "One" has no case that it finds\nline 9: gone'), documents),
    [
      { line: 2, message: 'no such level', text: 'level: enormous' },
      { message: 'rule "One" has no case that it finds' },
      { line: 9, message: 'gone' },
    ],
  )
})

test('other errors are left alone', () => {
  assert.equal(packProblems(new Error('line 1: x'), ''), undefined)
  assert.equal(
    packProblems(new ApiError(409, { type: 'urn:davylamp:problem:conflict', title: 'x', status: 409 }), ''),
    undefined,
  )
})
