import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge, offlineScanFor, World } from '../engine/index.ts'
import { openRules } from '../rulebook/index.ts'
import { factWith } from './facts.ts'

const detect = openRules().detector()

for (const [name, fact, speaks] of [
  [
    'a hidden module',
    { kind: 'kernel-module', ownership: 'unknown', name: 'x', hidden: true, seenIn: ['sysfs'] },
    true,
  ],
  [
    'a hook of nobody',
    {
      kind: 'kernel-hook',
      ownership: 'unknown',
      path: '/x',
      text: '',
      way: 'ftrace',
      by: 'x',
      contradictions: ['no-symbol'],
    },
    true,
  ],
  [
    'a process that the kernel hides',
    { kind: 'process', pid: 9, name: 'x', path: '/x', hiddenFrom: ['readdir'] },
    true,
  ],
  ['a process that a library hides', { kind: 'process', pid: 9, path: '/x', hiddenFrom: ['ordinary-view'] }, false],
  [
    'taint that nothing explains',
    { kind: 'setting', name: 'kernel-taint', value: 'O', detail: 'no loaded module' },
    true,
  ],
  ['taint of a driver', { kind: 'setting', name: 'kernel-taint', value: 'PO' }, false],
  [
    'a module of the kernel',
    { kind: 'kernel-module', ownership: 'owned', name: 'ext4', path: '/lib/modules/6/ext4.ko' },
    false,
  ],
] as const)
  test(`${name} ${speaks ? 'asks for' : 'does not ask for'} a look at the disk from elsewhere`, () => {
    const judged = judge(new World([factWith(fact)], true), detect, [], '2026-06-01T00:00:00Z')
    const advice = offlineScanFor(judged.map(one => one.finding))
    assert.equal(advice !== undefined, speaks)
    if (advice !== undefined) assert.match(advice.how, /scan --root/)
    const allowed = { id: 'a', reason: 'r', author: 'b', expires: 'never' }
    assert.equal(
      offlineScanFor(judged.map(one => ({ ...one.finding, allowed }))),
      undefined,
      'what is allowed is silent',
    )
  })
