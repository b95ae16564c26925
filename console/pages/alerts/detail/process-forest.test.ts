import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forestOf, type ProcessNode } from './process-forest.ts'

const process = (pid: number, parent?: number) => ({
  id: `p${pid}`,
  pid,
  command: '',
  role: 'member' as const,
  ...(parent === undefined ? {} : { parent }),
})
const shape = ({ process, children }: ProcessNode): string =>
  children.length === 0 ? `${process.pid}` : `${process.pid}(${children.map(shape).join(' ')})`
const forest = (...list: ReturnType<typeof process>[]) =>
  forestOf(list).map(one => `${one.parent}: ${one.children.map(shape).join(' ')}`)

for (const [name, list, expected] of [
  ['children stand below their parent', [process(10, 1), process(11, 10), process(12, 11)], ['1: 10(11(12))']],
  [
    'those of one foreign parent stand together',
    [process(10, 1), process(20, 2), process(11, 1)],
    ['1: 10 11', '2: 20'],
  ],
  ['without a parent', [process(10)], ['undefined: 10']],
  ['a circle, as a hostile host may tell', [process(10, 11), process(11, 10)], ['undefined: 10(11)']],
  ['its own parent', [process(10, 10)], ['undefined: 10']],
] as const)
  test(name, () => assert.deepEqual(forest(...list), expected))
