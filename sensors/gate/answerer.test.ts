import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Answerer, deadlineMs, type Verdict } from './answerer.ts'

/** A kernel, a judge and a clock that do what the test says. */
function scene() {
  const waiting: { file: number; pid: number }[] = []
  const answers: string[] = []
  const asked: number[] = []
  const decided: ({ id: number } & Verdict)[] = []
  const keys = new Map<number, string>()
  const unjudged: number[] = []
  let now = 0
  const answerer = new Answerer({
    gate: {
      questions: () => waiting.splice(0),
      answer: ({ file }, verdict, lasting) =>
        void answers.push(`${file} ${verdict}${lasting === true ? ' lasting' : ''}`),
      forgetAll: () => void answers.push('all forgotten'),
    },
    judge: { ask: id => void asked.push(id), answers: () => decided.splice(0) },
    identify: file => {
      const key = keys.get(file)
      return key === undefined ? undefined : { key, size: 1 }
    },
    duplicate: file => file + 1000,
    now: () => now,
    unjudged: pid => void unjudged.push(pid),
  })
  return {
    answerer,
    asked,
    unjudged,
    answers: () => answers.splice(0),
    /** A program in file number `file` with that content. */
    exec(file: number, key: string) {
      keys.set(file, key)
      waiting.push({ file, pid: file })
      answerer.step()
    },
    write: (file: number, key: string) => void keys.set(file, key),
    decide(id: number, verdict: Verdict['verdict'], lasting = false) {
      decided.push({ id, verdict, lasting })
      answerer.step()
    },
    pass(milliseconds: number) {
      now += milliseconds
      answerer.step()
    },
  }
}

test('the first asks the judge, whoever comes meanwhile waits with it, and later ones are known', () => {
  const { answerer, exec, decide, answers, asked } = scene()
  exec(1, 'a')
  exec(2, 'a')
  exec(3, 'b')
  assert.deepEqual([asked, answers()], [[1, 2], []])
  decide(1, 'deny')
  assert.deepEqual(answers(), ['1 deny', '2 deny'])
  decide(2, 'allow', true)
  assert.deepEqual(answers(), ['3 allow lasting'])
  exec(4, 'a')
  assert.deepEqual(answers(), ['4 deny'])
  assert.deepEqual(answerer.counts, { asked: 4, allowed: 1, denied: 3, late: 0, known: 1 })
})

test('a judge who is late means yes, and what he says then holds for the next time', () => {
  const { answerer, exec, decide, pass, answers } = scene()
  exec(1, 'a')
  assert.equal(answerer.dueInMs, deadlineMs)
  pass(deadlineMs - 1)
  assert.deepEqual(answers(), [])
  pass(1)
  assert.deepEqual(answers(), ['1 allow'])
  assert.equal(answerer.dueInMs, undefined)
  decide(1, 'deny')
  assert.deepEqual(answers(), [])
  exec(2, 'a')
  assert.deepEqual(answers(), ['2 deny'])
  assert.equal(answerer.counts.late, 1)
})

test('a file that is written to while it is judged is judged again, once', () => {
  const { exec, write, decide, answers, asked } = scene()
  exec(1, 'a')
  write(1, 'b')
  decide(1, 'allow')
  assert.deepEqual([answers(), asked], [[], [1, 2]])
  decide(2, 'deny')
  assert.deepEqual(answers(), ['1 deny'])
  exec(2, 'c')
  write(2, 'd')
  decide(3, 'allow')
  write(2, 'e')
  decide(4, 'deny')
  assert.deepEqual(answers(), ['2 allow'])
})

test('new rules judge anew; what cannot be looked at passes; at the end all go on', () => {
  const { answerer, exec, decide, answers, asked } = scene()
  exec(1, 'a')
  decide(1, 'allow')
  answerer.forget()
  exec(2, 'a')
  assert.deepEqual(asked, [1, 2])
  answerer.close()
  assert.deepEqual(answers(), ['1 allow', 'all forgotten', '2 allow'])
})

test('what was judged by rules that have changed meanwhile is answered and not kept', () => {
  const { answerer, exec, decide, answers, asked } = scene()
  exec(1, 'a')
  answerer.forget()
  exec(2, 'a')
  decide(1, 'allow', true)
  assert.deepEqual(answers(), ['all forgotten', '1 allow'])
  exec(3, 'a')
  assert.deepEqual(asked, [1, 2])
  decide(2, 'deny')
  assert.deepEqual(answers(), ['2 deny', '3 deny'])
})

test('whatever happens, each question is answered once and none waits longer than the deadline', () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('exec' as const), key: fc.nat(5) }),
    fc.record({ what: fc.constant('decide' as const), id: fc.integer({ min: 1, max: 40 }), deny: fc.boolean() }),
    fc.record({ what: fc.constant('pass' as const), ms: fc.nat(400) }),
    fc.record({ what: fc.constant('write' as const), file: fc.nat(40), key: fc.nat(5) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const { answerer, exec, decide, pass, write, answers } = scene()
      const open = new Map<number, number>()
      let [file, now] = [0, 0]
      const seen = () => {
        for (const text of answers()) {
          const number = Number(text.split(' ')[0])
          assert.ok(open.has(number), `answered twice: ${text}`)
          // Judged a second time it may wait twice.
          assert.ok(now - (open.get(number) ?? 0) <= 2 * deadlineMs + 800, text)
          open.delete(number)
        }
      }
      for (const one of steps) {
        if (one.what === 'exec') {
          open.set(++file, now)
          exec(file, String(one.key))
        } else if (one.what === 'decide') decide(one.id, one.deny ? 'deny' : 'allow')
        else if (one.what === 'write') write(one.file, String(one.key))
        else {
          now += one.ms
          pass(one.ms)
        }
        seen()
      }
      answerer.close()
      seen()
      assert.equal(open.size, 0)
    }),
  )
})

test('a judge that is behind is asked no more: who passes without a judgement is named, and nobody waits', () => {
  const { exec, decide, answers, asked, pass, unjudged, answerer } = scene()
  for (let file = 1; file <= 256; file++) exec(file, `content ${file}`)
  assert.deepEqual([asked.length, answers()], [256, []])
  // Answered too late, they still wait for the judge, and each holds a descriptor.
  pass(deadlineMs + 1)
  assert.equal(answers().length, 256)
  exec(300, 'content 300')
  assert.deepEqual([asked.length, answers(), unjudged], [256, ['300 allow'], [300]])
  assert.equal(answerer.counts.late, 257)
  decide(1, 'allow')
  exec(301, 'content 301')
  assert.deepEqual([asked.length, answers(), unjudged], [257, [], [300]])
})
