import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveTarget, memoryTarget, processFiles } from './index.ts'

const self = `/proc/${process.pid}`
const live = liveTarget().files
const { files } = memoryTarget({ files: processFiles({ pid: 77, exe: '/usr/bin/x', rss: 8192, threads: 3 }) })

test('stat has as many fields as the kernel writes', () => {
  const fields = (text = '') => text.slice(text.lastIndexOf(')')).split(' ').length
  assert.equal(fields(files.text('/proc/77/stat')), fields(live.text(`${self}/stat`)))
})

test('status has the names of the kernel in its order', () => {
  const names = (text = '') => text.split('\n').map(line => line.split(':')[0])
  const kernel = names(live.text(`${self}/status`))
  const ours = names(files.text('/proc/77/status')).filter(name => kernel.includes(name))
  assert.deepEqual(
    ours,
    kernel.filter(name => ours.includes(name)),
  )
  assert.ok(ours.length > 18)
})

test('maps put the path where the kernel does', () => {
  const column = (text = '') =>
    text
      .split('\n')
      .find(line => line.includes('/'))
      ?.indexOf('/')
  assert.equal(column(files.text('/proc/77/maps')), column(live.text(`${self}/maps`)))
})

test('a deleted executable can still be read through its link', () => {
  const { files, live, processes } = memoryTarget({
    files: processFiles({ pid: 5, exe: '/tmp/kdevtmpfsi', deleted: true, exeContent: 'ELF', argv: ['[kthreadd]', ''] }),
  })
  assert.deepEqual(
    [files.readLink('/proc/5/exe'), files.text('/proc/5/exe'), files.text('/proc/5/cmdline'), live, processes],
    ['/tmp/kdevtmpfsi (deleted)', 'ELF', '[kthreadd]\0\0', true, true],
  )
  assert.match(files.text('/proc/5/stat') ?? '', /^5 \(kdevtmpfsi\) S 1 5 5 0 -1 4194304 /)
})

test('an executable in memory', () => {
  const { files } = memoryTarget({ files: processFiles({ pid: 5, exe: 'memfd:x', name: 'a name that is too long' }) })
  assert.deepEqual(
    [files.readLink('/proc/5/exe'), files.text('/proc/5/comm')],
    ['/memfd:x (deleted)', 'a name that is \n'],
  )
})

test('a kernel thread has neither executable nor words nor memory', () => {
  const { files } = memoryTarget({ files: processFiles({ pid: 9, ppid: 2, name: 'kworker/0:1', kernelThread: true }) })
  assert.deepEqual(
    [files.readLink('/proc/9/exe'), files.text('/proc/9/cmdline'), files.text('/proc/9/maps')],
    [undefined, '', ''],
  )
  assert.doesNotMatch(files.text('/proc/9/status') ?? '', /VmRSS/)
  assert.match(files.text('/proc/9/stat') ?? '', /^9 \(kworker\/0:1\) S 2 9 9 0 -1 6291456 /)
})

test('descriptors', () => {
  const { files } = memoryTarget({
    files: {
      '/var/log/x': 'log',
      ...processFiles({ pid: 9, fds: { 0: 'socket:[44]', 1: 'pipe:[4]', 2: '/var/log/x' } }),
    },
  })
  const seen = (files.list('/proc/9/fd') ?? []).map(fd => [
    files.readLink(`/proc/9/fd/${fd}`),
    files.stat(`/proc/9/fd/${fd}`)?.type,
  ])
  assert.deepEqual(seen, [
    ['socket:[44]', 'socket'],
    ['pipe:[4]', 'fifo'],
    ['/var/log/x', 'file'],
  ])
})
