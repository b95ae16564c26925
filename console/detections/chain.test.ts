import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Detection } from '../../model/index.ts'
import { chainOf } from './chain.ts'

const of = (subject: Detection['subject'], chain: Detection['chain'] = []) => chainOf({ subject, chain })

test('a chain begins with what began first and ends with what was noticed', () => {
  const links = of({ kind: 'process', pid: 3, path: '/tmp/x', command: '/tmp/x -o pool', user: 'www-data' }, [
    { pid: 2, name: 'sh', path: '/bin/dash', command: 'sh -c x' },
    { pid: 1, name: 'nginx', path: '/usr/sbin/nginx' },
  ])
  assert.deepEqual(
    links.map(one => [one.pid, one.shown, one.path, one.noticed]),
    [
      [1, 'nginx', undefined, false],
      [2, 'sh -c x', '/bin/dash', false],
      [3, '/tmp/x -o pool', '/tmp/x', true],
    ],
  )
  assert.equal(links.at(-1)?.user, 'www-data')
})

test('a connection shows where it goes to, a login for whom', () => {
  assert.equal(of({ kind: 'connection', address: '2001:db8::1', port: 3333 })[0]?.shown, '[2001:db8::1]:3333')
  const spoke = of({ kind: 'connection', command: '/tmp/x', address: '203.0.113.9', port: 3333 })
  assert.equal(spoke[0]?.shown, '/tmp/x → 203.0.113.9:3333')
  assert.equal(of({ kind: 'login', account: 'root' })[0]?.shown, 'root')
})
