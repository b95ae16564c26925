import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { memoryTarget } from '../../target/index.ts'
import { type Account, parseCores, takeAccount, unexplained, unexplainedWork } from './processor-accounts.ts'

/** Accounts every ten seconds; each process uses so many ticks between two. */
function series(
  windows: number,
  uses: Readonly<Record<string, number>>,
  more: { hidden?: number; cores?: number; forks?: number } = {},
) {
  const { hidden = 0, cores = 4, forks = 1 } = more
  const seen = Object.values(uses).reduce((sum, one) => sum + one, 0)
  return Array.from(
    { length: windows + 1 },
    (_, at): Account => ({
      atMs: at * 10_000,
      busy: at * (seen + hidden),
      cores,
      forks: at * forks,
      processes: new Map(Object.entries(uses).map(([key, ticks]) => [key, at * ticks])),
    }),
  )
}

test('the cores and the counts of /proc/stat', () => {
  const text = 'cpu  10 20 30 40 5 6 7 8 0 0\ncpu0 5 10 15 20\ncpu1 5 10 15 20\nintr 1\nprocesses 99\n'
  assert.deepEqual(parseCores(text), { busy: 60, cores: 2, forks: 99 })
  for (const bad of ['', 'cpu  1 2\n', 'cpu  1 2 3 4\nprocesses 1\n', 'cpu  a b c d\ncpu0 1\nprocesses 1\n'])
    assert.equal(parseCores(bad), undefined)
  fc.assert(fc.property(fc.string(), any => void parseCores(any)))
})

for (const [name, accounts, value] of [
  ['everything is accounted for', series(5, { '1:1': 300, '2:1': 900 }), undefined],
  ['a hidden process uses a core and a half', series(5, { '1:1': 300 }, { hidden: 1500 }), '150'],
  ['too short a look', series(2, { '1:1': 300 }, { hidden: 1500 }), undefined],
  ['a host that builds', series(5, { '1:1': 300 }, { hidden: 1500, forks: 400 }), undefined],
  ['little, as timers leave it', series(5, { '1:1': 300 }, { hidden: 200 }), undefined],
  ['the same on many cores', series(5, { '1:1': 300 }, { hidden: 1500, cores: 64 }), undefined],
  ['much on many cores', series(5, { '1:1': 300 }, { hidden: 10_000, cores: 64 }), '1000'],
] as const)
  test(name, () => assert.equal(unexplainedWork(accounts)?.value, value))

test('one quiet window is enough to say nothing', () => {
  const loud = series(5, { '1:1': 300 }, { hidden: 1500 })
  const last = loud.at(-1)
  assert.ok(last)
  assert.equal(unexplainedWork([...loud, { ...last, atMs: last.atMs + 10_000 }]), undefined)
})

test('a process that ends in a window leaves it untold', () => {
  const [before, after] = series(1, { '1:1': 10 }, { hidden: 5000 })
  assert.ok(before && after)
  assert.equal(unexplained(before, after), 5)
  assert.equal(unexplained({ ...before, processes: new Map([['9:1', 1], ...before.processes]) }, after), undefined)
})

test('what processes use is never unexplained, however it is spread', () => {
  const uses = fc.dictionary(fc.stringMatching(/^\d{1,4}:\d$/), fc.nat(10_000))
  fc.assert(fc.property(uses, fc.nat(8), (each, windows) => unexplainedWork(series(windows, each)) === undefined))
})

test('of a recorded host', () => {
  const files = {
    '/proc/stat': 'cpu  10 20 30 40\ncpu0 5 10 15 20\nprocesses 99\n',
    '/proc/7/stat': `7 (x y) S 1 7 7 0 -1 0 0 0 0 0 11 12 13 14 20 0 1 0 500 0 0 ${'0 '.repeat(30)}`,
  }
  const account = takeAccount(memoryTarget({ files }))
  assert.deepEqual([account?.busy, [...(account?.processes ?? [])]], [60, [['7:500', 50]]])
})
