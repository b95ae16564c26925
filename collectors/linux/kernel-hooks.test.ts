import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { kernelHooks, parseFunctions, parseProbes } from './kernel-hooks.ts'
import { collected, surveyOf } from './survey-of.ts'

const enabled = '/sys/kernel/tracing/enabled_functions'

async function hooksOf(files: Readonly<Record<string, string>>) {
  const facts = await collected(kernelHooks, surveyOf(files, { live: true }))
  return facts.flatMap(fact =>
    fact.kind === 'kernel-hook'
      ? [[fact.way, fact.by, fact.module, fact.functions.join(' '), fact.contradictions.join(' ')]]
      : [],
  )
}

for (const [name, lines, expected] of [
  [
    'a live patch',
    [
      'cmdline_proc_show (1) R I     \ttramp: 0xffffffffa0201000 (klp_ftrace_handler+0x0/0x190) ->ftrace_ops_assist_func+0x0/0x120',
    ],
    [['ftrace', 'klp_ftrace_handler', undefined, 'cmdline_proc_show', '']],
  ],
  [
    'BPF through a trampoline',
    [
      'do_unlinkat (1)    D       \n\tdirect-->bpf_trampoline_6442536467+0x0/0x1000 [bpf]',
      'vfs_open (1)    D       \n\tdirect-->0xffffffffc0a1b000',
    ],
    [
      ['ftrace', 'bpf_trampoline_6442536467', 'bpf', 'do_unlinkat', ''],
      ['ftrace', 'code without a name', undefined, 'vfs_open', ''],
    ],
  ],
  [
    'a module that is listed',
    ['__x64_sys_getdents64 (1) R I     \ttramp: 0xffffffffa0201000 (hook+0x0/0x50 [tool]) ->hook+0x0/0x50 [tool]'],
    [['ftrace', 'hook', 'tool', '__x64_sys_getdents64', '']],
  ],
  [
    'a module that is not',
    [
      'tcp4_seq_show (1) R I     \ttramp: 0xffffffffa0201000 (hook+0x0/0x50 [gone])',
      '__x64_sys_kill (1) R I     \ttramp: 0xffffffffa0201000 (hook+0x0/0x50 [gone])',
    ],
    [['ftrace', 'hook', 'gone', 'tcp4_seq_show __x64_sys_kill', 'unlisted-module']],
  ],
  [
    'code without a name',
    ['tcp4_seq_show (1) R I     \ttramp: 0xffffffffa0201000 (0xffffffffc0771000)'],
    [['ftrace', 'code without a name', undefined, 'tcp4_seq_show', 'no-symbol']],
  ],
  [
    'newer kernels name what is called',
    ['schedule (2) R         O \tops: my_ops+0x0/0x40 [tool] (hook+0x0/0x50 [tool])'],
    [['ftrace', 'hook', 'tool', 'schedule', '']],
  ],
] as const)
  test(name, async () =>
    assert.deepEqual(
      await hooksOf({ [enabled]: `${lines.join('\n')}\n`, '/proc/modules': 'tool 16384 1 - Live 0x0 (OE)\n' }),
      expected,
    ),
  )

test('probes, with those that went through tracefs', async () => {
  const files = {
    '/sys/kernel/tracing/kprobe_events': 'p:kprobes/mine do_sys_openat2 name=+0($arg2)\nr4:x vfs_read $retval\n',
    '/sys/kernel/debug/kprobes/list':
      'ffffffff9d0a3c90  k  do_sys_openat2+0x0    [FTRACE]\nffffffff9d0a3d90  r  vfs_read+0x0    \nffffffffc0a3d90a  k  kallsyms_lookup_name+0x0  tool [DISABLED]\n',
  }
  assert.deepEqual(await hooksOf(files), [
    ['kprobe', 'kprobe_events', undefined, 'do_sys_openat2 vfs_read', ''],
    ['kprobe', 'kprobe', undefined, 'kallsyms_lookup_name', ''],
  ])
})

test('no tracefs is a gap, no tracing at all is none', async () => {
  for (const [files, gaps] of [
    [{ '/sys/kernel/tracing': { type: 'directory' } }, 1],
    [{}, 0],
  ] as const) {
    const survey = surveyOf(files as never, { live: true })
    await collected(kernelHooks, survey)
    assert.equal(survey.target.gaps.length, gaps)
  }
})

test('no text breaks the parsers, and what they find is in the text', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      'tcp4_seq_show (1) R I',
      '\ttramp: ',
      '(0xffffffffc0771000)',
      '->',
      'direct-->',
      'hook+0x0/0x50 [m]',
      '\n',
      'ffff  k  x+0x0',
    ),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
      const text = pieces.join('')
      for (const hook of parseFunctions(text, enabled)) {
        assert.ok(text.includes(hook.function))
        assert.ok(hook.nameless || hook.by === 'code without a name' || text.includes(hook.by))
      }
      for (const { name } of parseProbes(text)) assert.ok(text.includes(name))
    }),
  )
})

test('a line without end takes no time', () => {
  const started = performance.now()
  parseFunctions(`x (1) R${' ->a+0x'.repeat(200_000)}\n`, enabled)
  parseFunctions(`x (1) ${'('.repeat(400_000)}${'a'.repeat(400_000)}\n`, enabled)
  parseProbes(`ffff  k  ${'a'.repeat(400_000)}`)
  assert.ok(performance.now() - started < 1_500)
})
