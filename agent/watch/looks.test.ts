import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Detection, EventFinding, Examination, ExecEvent } from '../../model/index.ts'
import { Detections } from './detections.ts'
import { Looks } from './looks.ts'
import type { Guard } from './ports.ts'
import { ProcessWords } from './process-words.ts'
import { Turns } from './turns.ts'

const nothing = { because: [], matches: [], memoryMatches: [], indicators: [], families: [], attack: [] }
const ended: Examination = { ...nothing, verdict: 'unknown' }
const finding: EventFinding = {
  rule: { id: 'a0e9ee2c-4c8a-4be2-9e4f-24de0f3f3e0a', title: 'Piped a download into a shell', version: '1' },
  level: 'high',
  class: 'execution',
  conclusive: false,
  because: 'It was called so.',
  attack: [],
  families: [],
} as unknown as EventFinding
const event = (path: string, more: Partial<ExecEvent> = {}): ExecEvent =>
  ({
    kind: 'exec',
    at: new Date().toISOString(),
    pid: 1 << 22,
    startTime: 1,
    path,
    command: path,
    argv: [path],
    ancestors: [],
    exeDeleted: false,
    exeInMemory: false,
    ...more,
  }) as ExecEvent

/** What was told, and which processes were asked for. */
async function looked(
  of: ExecEvent,
  findings: readonly EventFinding[],
  answers: { process: (pid: number) => Examination; file: Examination },
) {
  const told: Detection[] = []
  const asked: number[] = []
  const guard = {
    examineProcess: async ({ pid }: { pid: number }) => {
      asked.push(pid)
      return answers.process(pid)
    },
    examineFile: async () => answers.file,
  } as unknown as Guard
  const looks = new Looks({
    rules: { judge: () => [] },
    guard: () => guard,
    words: new ProcessWords('/proc'),
    turns: new Turns(1, 1),
    detections: new Detections(one => told.push(one)),
  })
  await looks.look({ event: of, findings, chain: [] }, { memory: false })
  return { told: told.map(one => `${one.verdict} ${one.subject.pid} ${one.subject.path}`), asked }
}

test('who ended before he was looked at is judged by who goes on with his program', async () => {
  const { told, asked } = await looked(event(process.execPath), [], {
    process: pid => ({ ...nothing, verdict: pid === 1 << 22 ? 'unknown' : 'confirmed', path: process.execPath }),
    file: { ...nothing, verdict: 'harmless', ownership: 'unowned' },
  })
  assert.equal(asked[0], 1 << 22)
  assert.equal(asked.length, 2)
  assert.deepEqual(told, [`confirmed ${asked[1]} ${process.execPath}`])
})

test('a shell that ended is told by what it was called with, and only then', async () => {
  const harmless: Examination = { ...nothing, verdict: 'harmless', ownership: 'owned', path: '/usr/bin/dash' }
  const answers = { process: () => ended, file: harmless }
  assert.deepEqual((await looked(event('/usr/bin/dash'), [finding], answers)).told, [
    `suspected ${1 << 22} /usr/bin/dash`,
  ])
  assert.deepEqual((await looked(event('/usr/bin/dash'), [], answers)).told, [])
})

test('what only wraps another program is told as that one', async () => {
  const { told } = await looked(event('/usr/bin/setsid', { pid: 1 << 22 }), [], {
    process: () => ({ ...nothing, verdict: 'confirmed', path: '/opt/x' }),
    file: ended,
  })
  assert.deepEqual(told, [`confirmed ${1 << 22} /opt/x`])
})
