import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fact } from '../model/index.ts'
import { memoryTarget } from '../target/index.ts'
import { collectFacts } from './collect.ts'
import type { Collector, Survey } from './collector.ts'

const setting = (name: string, value: string): Fact => ({ kind: 'setting', name, value, attributes: [] })

function collector(name: string, stage: Collector['stage'], collect: (survey: Survey) => Iterable<Fact>): Collector {
  return { name, stage, collects: ['setting'], os: ['linux'], collect }
}

const files = { '/etc/passwd': 'root:x:0:0::/root:/bin/sh\n' }

test('stages run in order, and later collectors see earlier facts', async () => {
  const last = collector('last', 'third', survey => [setting('seen', String(survey.facts('setting').length))])
  const one = collector('one', 'first', survey => [setting('people', survey.people.map(({ name }) => name).join())])
  const two = collector('two', 'second', survey => [setting('owner', survey.owner('/etc/passwd').ownership)])
  const steps: string[] = []
  const { facts } = await collectFacts(memoryTarget({ files }), [last, two, one], {
    progress: (done, total, what) => steps.push(`${done}/${total} ${what}`),
  })
  assert.deepEqual(facts, [setting('people', 'root'), setting('owner', 'unknown'), setting('seen', '2')])
  assert.deepEqual(steps, ['0/3 one', '1/3 two', '2/3 last', '3/3 '])
})

test('a collector that fails is a gap, keeps what it gave, and stops no other', async () => {
  const target = memoryTarget({ files })
  const failing = collector('failing', 'first', function* () {
    yield setting('before', '1')
    throw new Error('odd bytes')
  })
  const { facts } = await collectFacts(target, [failing, collector('next', 'first', () => [setting('next', '2')])])
  assert.deepEqual(facts, [setting('before', '1'), setting('next', '2')])
  assert.deepEqual(
    target.gaps.find(({ what }) => what === 'failing'),
    { what: 'failing', why: 'failed: odd bytes' },
  )
})

test('what needs a running system is a gap on a tree', async () => {
  const target = memoryTarget({ files })
  const live: Collector = { ...collector('live', 'first', () => [setting('x', 'y')]), needsLive: true }
  assert.deepEqual(await collectFacts(target, [live]), { facts: [] })
  assert.deepEqual(
    target.gaps.find(({ what }) => what === 'live'),
    { what: 'live', why: 'needs a running system' },
  )
})

test('collectors for another system are left out', async () => {
  const windows: Collector = { ...collector('w', 'first', () => [setting('x', 'y')]), os: ['windows'] }
  assert.deepEqual(await collectFacts(memoryTarget({ files }), [windows]), { facts: [] })
})
