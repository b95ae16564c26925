import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { memoryTarget } from '../../target/index.ts'
import { homesOf, parsePerson, readPeople } from './people.ts'

const lines: [string, ReturnType<typeof parsePerson>][] = [
  ['root:x:0:0:root:/root:/bin/bash', { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' }],
  [
    'news:x:9:9:news:/var/spool/news:/usr/sbin/nologin ',
    { name: 'news', uid: 9, gid: 9, home: '/var/spool/news', shell: '/usr/sbin/nologin' },
  ],
  ['a:x:7:7\r', { name: 'a', uid: 7, gid: 7, home: '', shell: '' }],
  ['+::::::', undefined],
  ['# comment', undefined],
  ['x:x:-1:0:::', undefined],
  ['rubbish', undefined],
]
for (const [line, expected] of lines) test(line, () => assert.deepEqual(parsePerson(line), expected))

test('homes exist, come once, and are found without an account too', () => {
  const target = memoryTarget({
    files: {
      '/etc/passwd':
        'root:x:0:0::/root:/bin/sh\na:x:1000:1000::/home/a:/bin/sh\nb:x:1000:1000::/home/a/:/bin/sh\nc:x:5:5::/gone:\nd:x:6:6::/:\n',
      '/root/x': '',
      '/home/a/x': '',
      '/home/left/x': '',
    },
  })
  assert.deepEqual(homesOf(target, readPeople(target)), [
    { user: 'root', home: '/root' },
    { user: 'a', home: '/home/a' },
    { user: 'left', home: '/home/left' },
  ])
})

test('any line', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), line => void parsePerson(line)))
})
