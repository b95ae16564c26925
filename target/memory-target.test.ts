import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryTarget, type SocketRow } from './index.ts'

test('what an entry says is what stat says', () => {
  const { files } = memoryTarget({
    files: {
      '/tmp': { type: 'directory', mode: 0o1777 },
      '/tmp/x': {
        content: 'miner',
        mode: 0o4755,
        uid: 33,
        gid: 34,
        modified: '2025-05-01T00:00:00Z',
        attributes: ['immutable'],
      },
    },
  })
  const { inode, device, ...stat } = files.stat('/tmp/x') ?? { inode: 0, device: 0 }
  const time = Date.parse('2025-05-01T00:00:00Z')
  assert.deepEqual(stat, {
    type: 'file',
    size: 5,
    mode: 0o4755,
    uid: 33,
    gid: 34,
    modifiedMs: time,
    changedMs: time,
    createdMs: undefined,
    linkCount: 1,
  })
  assert.deepEqual([files.stat('/tmp')?.mode, files.attributes('/tmp/x')], [0o1777, ['immutable']])
})

test('what may not be read is one gap', () => {
  const target = memoryTarget({
    files: { '/root/.ssh': { type: 'directory', unreadable: true }, '/x\n': { unreadable: true } },
  })
  assert.deepEqual(
    [target.files.list('/root/.ssh'), target.files.text('/x\n'), target.files.digest('/x\n')],
    Array(3).fill(undefined),
  )
  assert.deepEqual(target.gaps, [
    { what: '/root/.ssh', why: 'permission denied', path: '/root/.ssh' },
    { what: '/x\\x0a', why: 'permission denied', path: '/x\\x0a' },
  ])
})

test('gaps do not grow without end', () => {
  const target = memoryTarget({ files: {} })
  for (let at = 0; at < 10_100; at++) target.addGap({ what: `${at}`, why: 'damaged' })
  assert.deepEqual([target.gaps.length, target.gaps.at(-1)], [10_001, { what: 'gaps', why: 'more than 10000 of them' }])
})

const row: SocketRow = {
  protocol: 'tcp',
  state: 'ESTABLISHED',
  localAddress: '10.0.0.5',
  localPort: 40000,
  remoteAddress: '198.51.100.7',
  remotePort: 3333,
  uid: 0,
  inode: 44,
}
const kinds: [string, Parameters<typeof memoryTarget>[0], unknown][] = [
  ['a tree', { files: {} }, [false, false, undefined]],
  ['a running system', { files: { '/proc/1/stat': '' } }, [true, true, []]],
  ['a running system without /proc', { files: {}, live: true }, [true, false, []]],
  ['sockets', { files: {}, live: true, sockets: [row] }, [true, false, [row]]],
]
for (const [name, options, expected] of kinds) {
  test(name, () => {
    const target = memoryTarget(options)
    assert.deepEqual([target.live, target.processes, target.sockets?.rows()], expected)
  })
}

const times: [string, Parameters<typeof memoryTarget>[0], string][] = [
  ['as given', { files: {}, now: '2025-03-01T00:00:00Z' }, '2025-03-01'],
  ['of nothing', { files: {} }, '2026-01-01'],
  [
    'the newest change of a log, and no miner elsewhere counts',
    {
      files: {
        '/var/log/journal/id/system.journal': { modified: '2025-06-02T00:00:00Z' },
        '/var': { type: 'directory', modified: '2025-01-01T00:00:00Z' },
        '/var/log': { type: 'directory', modified: '2025-01-01T00:00:00Z' },
        '/var/log/journal': { type: 'directory', modified: '2025-01-01T00:00:00Z' },
        '/var/log/journal/id': { type: 'directory', modified: '2025-01-01T00:00:00Z' },
        '/tmp/x': { modified: '2025-09-01T00:00:00Z' },
      },
    },
    '2025-06-02',
  ],
  [
    'an mtime in the future does not count when the kernel knows better',
    {
      files: {
        '/etc': { type: 'directory', modified: '2025-01-01T00:00:00Z' },
        '/etc/cron.d': { modified: '2099-01-01T00:00:00Z', changed: '2025-02-01T00:00:00Z' },
      },
    },
    '2025-02-01',
  ],
]
for (const [name, options, expected] of times) {
  test(`now: ${name}`, () => assert.equal(new Date(memoryTarget(options).now).toISOString().slice(0, 10), expected))
}
