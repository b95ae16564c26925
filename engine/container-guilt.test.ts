import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factWith } from '../test/facts.ts'
import { imageAdvice } from './image-advice.ts'
import type { WalkLimits } from './guilt.ts'
import { stepsFrom } from './walk.ts'
import { ruleMeaning } from './judge.ts'
import { assess, planned } from './scan.ts'
import { World } from './world.ts'

const id = 'ab'.repeat(32)
const imageId = `sha256:${'cd'.repeat(32)}`
const container = (more: Record<string, unknown> = {}) =>
  factWith({
    kind: 'container',
    id,
    containerId: id,
    name: 'web',
    runtime: 'docker',
    image: 'alpine:3',
    imageId,
    path: '/x',
    pid: 50,
    ...more,
  })
const inside = (pid: number) =>
  factWith({ kind: 'process', pid, startTime: pid, name: 'x', path: '/x', container: id, ownership: 'unknown' })
const limits: WalkLimits = { suspicious: new Set(), trusted: new Set(), protectedPids: new Set() }

function reached(pid: number): string[] {
  const world = new World([container(), inside(50), inside(51)], true)
  const fact = world.process(pid)
  assert.ok(fact)
  return stepsFrom(fact, world, limits).flatMap(({ to }) => (to.kind === 'container' ? [to.name] : []))
}

test('a container is there for its first program, and is not guilty of what was added to it', () => {
  assert.deepEqual([reached(50), reached(51)], [['web'], []])
})

for (const [name, others, expected] of [
  ['an image of which nothing else was made', [], `docker rm ${id} && docker image rm ${imageId}`],
  [
    'an image that another container needs',
    [container({ containerId: 'ef'.repeat(32), id: 'ef', name: 'shop' })],
    undefined,
  ],
  [
    'an image of another runtime',
    [container({ containerId: 'ef'.repeat(32), id: 'ef', runtime: 'podman' })],
    `docker rm ${id} && docker image rm ${imageId}`,
  ],
] as const)
  test(name, () => {
    const world = new World([container(), ...others], true)
    const [first] = world.all('container').filter(one => one.containerId === id)
    assert.ok(first)
    assert.equal(imageAdvice(first, world).command, expected)
  })

test('an image without an id is named, and no command is guessed', () => {
  const world = new World([container({ imageId: undefined })], true)
  const [first] = world.all('container')
  assert.ok(first)
  const { text, command } = imageAdvice(first, world)
  assert.deepEqual([command, text.includes('alpine:3')], [undefined, true])
})

test('the plan names a container as its runtime does', () => {
  const meaning = ruleMeaning.parse({ class: 'execution', specific: 'mining', conclusive: true, because: 'it mines' })
  const rule = { id: 'r', title: 'r', level: 'critical' as const, tags: [], meaning }
  const assessment = assess({
    facts: [container()],
    gaps: [],
    live: true,
    allow: [],
    earlier: [],
    protectedPids: new Set(),
    ownPaths: [],
    now: '2026-06-01T00:00:00Z',
    detect: event => (event['kind'] === 'container' ? [rule] : []),
  })
  const plan = planned(assessment, ['confirmed'], { root: '/', live: true, reinstall: false, blockSeconds: 60 })
  assert.deepEqual(
    plan.actions.map(({ action }) => (action.kind === 'stop-container' ? action.id : action.kind)),
    [id],
  )
})
