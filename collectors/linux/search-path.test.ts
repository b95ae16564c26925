import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { directoriesBefore } from './search-path.ts'

for (const [text, expected] of [
  ['export PATH=$HOME/.sys/bin:$PATH:/opt/z', ['/root/.sys/bin']],
  ['PATH="~/bin:/opt/a/bin/:/usr/bin:/b"', ['/root/bin', '/opt/a/bin']],
  ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ['/usr/local/sbin', '/usr/local/bin']],
  ['PATH=$PATH:/opt/go/bin', []],
  ['PATH=$(brew --prefix)/bin:$PATH', []],
  ['MANPATH=/x', []],
  ['', []],
] as const)
  test(text || 'nothing', () => assert.deepEqual(directoriesBefore(text, '/root'), expected))

test('any text gives absolute directories or none', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), text =>
      directoriesBefore(`PATH=${text}`, undefined).every(path => path === '' || path.startsWith('/')),
    ),
  )
})
