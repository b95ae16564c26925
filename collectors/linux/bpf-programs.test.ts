import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseProgramInfo } from '../../native/read/bpf.ts'
import { factWith } from '../../test/facts.ts'
import { liveTarget } from '../../target/index.ts'
import { powersIn } from './bpf-powers.ts'
import { bpfPrograms, bpfProgramType, programFact, programInDescriptor } from './bpf-programs.ts'
import { symbolsIn } from './kernel-symbols.ts'
import { collected, surveyTarget } from './survey-of.ts'

const symbols = symbolsIn(
  Buffer.from(
    'ffffffff81000000 T _stext\nffffffff814bcf50 T bpf_send_signal\nffffffff814bee40 T bpf_probe_write_user\nffffffff814cc810 T __bpf_call_base\nffffffffc0000000 t hook\t[evil]\nffffffffc0001000 t bpf_prog_1\t[bpf]\n0000000000000000 T hidden\nffffffff814bcf50 t not_it.bpf_probe_write_user\n',
  ),
)

function instruction(code: number, registers: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes[0] = code
  bytes[1] = registers
  bytes.writeInt32LE(value, 4)
  return bytes
}

test('symbols of the kernel', () => {
  assert.deepEqual([...symbols.modules], ['evil'])
  assert.equal(symbols.address('_stext'), 0xffffffff81000000n)
  assert.equal(symbols.address('bpf_probe_write_user'), 0xffffffff814bee40n)
  assert.equal(symbols.address('hidden'), undefined)
  assert.equal(symbols.address('missing'), undefined)
})

test('what a program calls is read from its instructions', () => {
  const write = Number(0xffffffff814bee40n - 0xffffffff814cc810n)
  const code = [instruction(0xb7, 0, 0), instruction(0x85, 0, write), instruction(0x95, 0, 0)]
  assert.deepEqual(powersIn(Buffer.concat(code), symbols), ['bpf_probe_write_user'])
  assert.deepEqual(powersIn(instruction(0x85, 0x10, write), symbols), [], 'a call of a function of its own')
  assert.deepEqual(powersIn(instruction(0x85, 0, 0), symbols), [], 'the kernel hides where it leads')
  assert.deepEqual(powersIn(Buffer.concat(code), symbolsIn(Buffer.alloc(0))), [])
})

test('a program with its holder, and one that only a file keeps', () => {
  const info = Buffer.alloc(256)
  info.writeUInt32LE(2, 0)
  info.writeUInt32LE(7, 4)
  info.write('5ec2', 8, 'hex')
  info.writeBigUInt64LE(2_500_000_000n, 40)
  info.write('trace\x1bx', 64, 'latin1')
  const program = parseProgramInfo(info)
  const holder = factWith({
    kind: 'process',
    pid: 12,
    name: 'x',
    path: '/tmp/.x',
    ownership: 'unowned',
    exeDeleted: true,
  })
  assert.ok(holder.kind === 'process')
  const base = {
    kind: 'bpf-program',
    programId: 7,
    name: 'trace\\x1bx',
    programType: 'kprobe',
    tag: '5ec2000000000000',
    uid: 0,
    powers: [],
  }
  assert.deepEqual(programFact(program, { holders: [holder], pins: [], hasMate: true, bootMs: 1_000 }), {
    ...base,
    loadedAt: '1970-01-01T00:00:03.500Z',
    holders: [{ pid: 12, name: 'x', path: '/tmp/.x', ownership: 'unowned', exeGone: true }],
    pins: [],
    heldBy: 'process',
  })
  const pinned = programFact(program, { holders: [], pins: ['/sys/fs/bpf/x'], hasMate: false, bootMs: undefined })
  assert.deepEqual(pinned, { ...base, holders: [], pins: ['/sys/fs/bpf/x'], heldBy: 'pin' })
  assert.deepEqual([bpfProgramType(29), bpfProgramType(999)], ['lsm', 'type-999'])
})

test('descriptors and symbols of any content are read without trouble', () => {
  assert.equal(programInDescriptor('pos:\t0\nflags:\t02000002\nprog_type:\t17\nprog_id:\t41\n'), 41)
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (text, bytes) => {
      const id = programInDescriptor(text)
      assert.ok(id === undefined || text.includes(String(id)))
      const found = symbolsIn(Buffer.from(bytes))
      powersIn(Buffer.from(bytes), found)
      assert.ok(found.modules.size <= bytes.length)
    }),
  )
})

const loader = `
import ctypes, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
line = lambda code, value: struct.pack('<BBhi', code, 0xb0 >> 8, 0, value)
code = ctypes.create_string_buffer(struct.pack('<BBhi', 0xb7, 1, 0, 0) + line(0x85, 109) + line(0xb7, 0) + line(0x95, 0))
words = ctypes.create_string_buffer(b'GPL')
attributes = ctypes.create_string_buffer(144)
struct.pack_into('<IIQQ', attributes, 0, 17, 4, ctypes.addressof(code), ctypes.addressof(words))
struct.pack_into('16s', attributes, 48, b'davylamp_test')
print(libc.syscall(321, 5, attributes, 144), flush=True)
sys.stdin.read()
`
const skip =
  process.getuid?.() !== 0 || process.arch !== 'x64'
    ? 'needs root on x86-64'
    : existsSync('/usr/bin/python3')
      ? false
      : 'needs python3 to load a program'

// The program hangs on nothing and never runs.
test('a program that this kernel holds, with who holds it and what it may do', { skip }, async t => {
  const child = spawn('/usr/bin/python3', ['-c', loader], { stdio: ['pipe', 'pipe', 'ignore'] })
  t.after(() => child.stdin.end())
  const [answer] = (await once(child.stdout, 'data')) as [Buffer]
  if (Number(answer) < 0) return t.skip('this kernel takes no such program')
  const holder = factWith({
    kind: 'process',
    pid: child.pid ?? 0,
    name: 'python3',
    path: '/usr/bin/python3',
    ownership: 'owned',
  })
  const facts = await collected(bpfPrograms, surveyTarget(liveTarget(), { facts: [holder], deep: true }))
  const ours = facts.filter(fact => fact.kind === 'bpf-program' && fact.name === 'davylamp_test')
  assert.deepEqual(
    ours.map(fact => fact.kind === 'bpf-program' && [fact.programType, fact.holders.map(one => one.pid), fact.powers]),
    [['raw-tracepoint', [child.pid], ['bpf_send_signal']]],
  )
})

test('who holds a program may have started after the processes were looked at, and is beside a container', {
  skip,
}, async t => {
  const child = spawn('/usr/bin/python3', ['-c', loader], { stdio: ['pipe', 'pipe', 'ignore'] })
  t.after(() => child.stdin.end())
  const [answer] = (await once(child.stdout, 'data')) as [Buffer]
  if (Number(answer) < 0) return t.skip('this kernel takes no such program')
  const here = await collected(bpfPrograms, surveyTarget(liveTarget(), { facts: [], deep: true }))
  assert.deepEqual(
    here.filter(fact => fact.kind === 'bpf-program' && fact.name === 'davylamp_test'),
    [],
  )

  const look = `
    import { collected, surveyTarget } from ${JSON.stringify(join(import.meta.dirname, 'survey-of.ts'))}
    import { liveTarget } from ${JSON.stringify(join(import.meta.dirname, '../../target/index.ts'))}
    import { bpfPrograms } from ${JSON.stringify(join(import.meta.dirname, 'bpf-programs.ts'))}
    const target = liveTarget()
    const facts = await collected(bpfPrograms, surveyTarget(target, { facts: [], deep: true }))
    console.log(JSON.stringify({ facts: facts.filter(one => one.heldBy === 'nobody'), gaps: target.gaps }))`
  const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', look]
  const inside = spawnSync('/usr/bin/unshare', ['--pid', '--fork', '--mount-proc', process.execPath, ...flags], {
    encoding: 'utf8',
    env: {},
  })
  if (/unshare failed/.test(inside.stderr)) return t.skip(inside.stderr.trim())
  const { facts, gaps } = JSON.parse(inside.stdout) as { facts: unknown[]; gaps: { what: string; why: string }[] }
  assert.deepEqual(facts, [])
  assert.match(gaps.find(one => one.what === 'BPF programs')?.why ?? '', /cannot be seen from a container/)
})
