import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { lookUnits } from './later-look-units.ts'

test('a timer for each time and the next boot; odd letters in the state folder mean nothing to systemd', () => {
  const { files, timer } = lookUnits('R-1', '/var/a b%h$HOME"', [
    '2026-11-21T22:11:49.696Z',
    '2026-11-22T21:11:49.696Z',
  ])
  const launcher = join(import.meta.dirname, '..', 'davylamp')
  assert.equal(timer, 'davylamp-look-R-1.timer')
  assert.deepEqual(
    files.map(one => [one.path, one.linkTo]),
    [
      ['/etc/systemd/system/davylamp-look-R-1.service', undefined],
      ['/etc/systemd/system/davylamp-look-R-1.timer', undefined],
      [
        '/etc/systemd/system/timers.target.wants/davylamp-look-R-1.timer',
        '/etc/systemd/system/davylamp-look-R-1.timer',
      ],
    ],
  )
  assert.match(
    files[1]?.text ?? '',
    /OnCalendar=2026-11-21 22:11:49 UTC\nOnCalendar=2026-11-22 21:11:49 UTC\nOnBootSec=/,
  )
  const start = /^ExecStart=(.*)$/m.exec(files[0]?.text ?? '')?.[1]
  assert.equal(start, `${launcher} --state "/var/a b%%h$$HOME\\"" prove R-1 --look --watch 0`)
})
