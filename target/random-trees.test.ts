import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { type FileTree, type MemoryFile, memoryTarget, mountedTree } from './index.ts'

const name = fc.constantFrom('a', 'b', 'c')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map(names => `/${names.join('/')}`)
const step = fc.constantFrom('a', 'b', 'c', '.', '..', '')
const says = fc
  .tuple(fc.boolean(), fc.array(step, { minLength: 1, maxLength: 5 }))
  .map(([absolute, steps]) => `${absolute ? '/' : ''}${steps.join('/')}`)
  .filter(text => text !== '')
const entry: fc.Arbitrary<MemoryFile> = fc.oneof(
  fc.constant({ content: 'x' }),
  fc.constant({ type: 'directory' as const }),
  says.map(link => ({ link })),
)
const tree = fc.array(fc.tuple(path, entry), { maxLength: 12 }).map(withoutConflicts)
const questions = fc.array(
  fc.array(step, { minLength: 1, maxLength: 7 }).map(steps => `/${steps.join('/')}`),
  { minLength: 5, maxLength: 10 },
)

/** Nothing may lie below a file or link. */
function withoutConflicts(entries: [string, MemoryFile][]): Record<string, MemoryFile> {
  const files: Record<string, MemoryFile> = {}
  for (const [at, file] of entries.sort(([one], [other]) => (one < other ? -1 : 1))) {
    const parents = at.split('/').map((_, index, all) => all.slice(0, index).join('/'))
    const free = parents.every(parent => files[parent] === undefined || files[parent].type === 'directory')
    if (free && files[at] === undefined) files[at] = file
  }
  return files
}

function plant(root: string, files: Record<string, MemoryFile>) {
  for (const [at, file] of Object.entries(files)) {
    const place = `${root}${at}`
    mkdirSync(dirname(place), { recursive: true })
    if (file.link !== undefined) symlinkSync(file.link, place)
    else if (file.type === 'directory') mkdirSync(place, { recursive: true })
    else writeFileSync(place, 'x')
  }
}

function answers(files: FileTree, asked: readonly string[]) {
  return asked.map(at => [
    at,
    files.stat(at)?.type,
    files.lstat(at)?.type,
    files.text(at),
    files.list(at),
    files.readLink(at),
    files.realPath(at),
    files.digest(at)?.size,
  ])
}

test('random trees of links give the same answers in memory and on disk, by the kernel and name by name', () => {
  fc.assert(
    fc.property(tree, questions, (files, asked) => {
      const root = mkdtempSync(join(tmpdir(), 'davylamp-random-'))
      const mounted = [mountedTree(root), mountedTree(root, { stepwise: true })]
      try {
        plant(root, files)
        const expected = answers(memoryTarget({ files }).files, asked)
        for (const target of mounted) {
          assert.deepEqual(answers(target.files, asked), expected)
          assert.deepEqual(target.gaps, [])
        }
      } finally {
        for (const target of mounted) target.close()
        rmSync(root, { recursive: true, force: true })
      }
    }),
    { numRuns: 150 },
  )
})
