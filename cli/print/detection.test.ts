import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detection } from '../../model/index.ts'
import { printDetection } from './detection.ts'
import { Page } from './page.ts'

test('what happened, who started it, and what can be taken back; whoever was ended stays ended', () => {
  const at = '2026-11-22T11:59:00.000Z'
  let text = ''
  const page = new Page({ width: 100, colours: false, write: part => (text += part) })
  printDetection(
    detection.parse({
      id: '01968c2f-7d2a-7c3e-9d53-0a1b2c3d4e5f',
      at,
      verdict: 'confirmed',
      level: 'critical',
      title: 'Miner or its helper: /opt/m',
      because: ['It talks with a pool.'],
      subject: { kind: 'process', pid: 77, path: '/opt/m', command: '/opt/m --quiet' },
      chain: [{ pid: 9, path: '/usr/bin/dash', command: 'sh -c ./m' }, { pid: 1 }],
      findings: [],
      families: [],
      attack: [],
      responses: [
        { kind: 'kill-process', at, outcome: 'done', detail: 'pid 77 was ended.', run: 'r1' },
        { kind: 'block-address', at, outcome: 'done', detail: '198.51.100.7', run: 'r1' },
        { kind: 'disarm-autostart', at, outcome: 'refused', detail: 'response.may does not name it' },
      ],
      afterMs: 4,
    }),
    page,
  )
  assert.equal(
    text,
    `11:59:00 CONFIRMED Miner or its helper: /opt/m critical 01968c2f
          /opt/m --quiet
          pid 77
          started by sh -c ./m ← pid 1
            - It talks with a pool.
          done: kill process – pid 77 was ended. (see: davylamp runs r1)
          done: block address – 198.51.100.7 (take back: davylamp undo r1)
          refused: disarm autostart – response.may does not name it

`,
  )
})
