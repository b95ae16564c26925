import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { poolPort } from '../../hosts/index.ts'
import { decoyState, harmToDecoys, isDecoy } from './decoy-state.ts'
import { harmOf, isNoise, leftOf, shown } from './differences.ts'
import { isAmong, nameOf } from './expectations.ts'
import { hiddenBy, innocents, program, startInnocents, startWithoutFiles, tricks } from './hidden-miner.ts'
import { assertHides, hiddenProcesses, ordinarySight, type Preload, scanned } from './hiding-scan.ts'
import { allowWhatIsAllowed, openHost } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { infect } from './plant.ts'
import { compareSnapshots } from './snapshot.ts'

const ownLoader = join(import.meta.dirname, '../../dist/runtime/ld-davylamp.so')
const skip =
  rangeImpossible() ??
  (existsSync(ownLoader) ? false : 'this checkout has no loader of its own yet: npm start prepares it')

/** Calls of the C library that each falsifies, and what an ordinary program then sees of the job and of the miner. */
const libraries = {
  'hide-all': {
    calls: ['access', 'fopen', 'kill', 'lstat', 'open', 'openat', 'readdir', 'stat', 'statx'],
    sight: '[false,false]',
  },
  'hide-readdir': { calls: ['readdir'], sight: '[false,true]' },
} as const
/** `npm run verify range-hiding` runs both. */
const chosen = (process.env['RANGE_HIDING'] ?? 'hide-all').split(',')

for (const library of ['hide-all', 'hide-readdir'] as const)
  if (chosen.includes(library))
    test(
      `${library} beside other ways to hide: all is found, no look-alike is accused, all is gone, undo is exact`,
      {
        skip,
        timeout: 420_000,
      },
      context => wholeStory(context, library),
    )

async function wholeStory(t: TestContext, library: keyof typeof libraries): Promise<void> {
  const range = await openHost()
  try {
    await allowWhatIsAllowed(range)
    await startInnocents(range)
    const clean = range.snapshot()
    const infection = hiddenBy(library, '/etc/ld.so.preload', tricks)
    await startWithoutFiles(range)
    await infect(range, [infection])
    const infected = range.snapshot()
    const ofInnocents = new Set(innocents.flatMap(item => ('path' in item ? [item.path] : [])))

    await t.test('scan', async () => {
      assert.equal(await ordinarySight(range), libraries[library].sight, 'the library blinds an ordinary program')
      const scan = await scanned(range)
      assert.deepEqual(infection.items.filter(item => !isAmong(item, scan.members)).map(nameOf), [])
      // Its job may have started another one meanwhile.
      assert.deepEqual(
        [...new Set(hiddenProcesses(scan).map(one => JSON.stringify(one)))].sort(),
        [
          ['critical', '/usr/lib/udev/netlinkd', ['mount']],
          ['critical', program, ['ordinary-view']],
          ['critical', 'memfd:kcached', ['mount']],
        ].map(one => JSON.stringify(one)),
      )
      assertHides(scan.members, libraries[library].calls)
      const hides = scan.members.flatMap(one => (one as Preload).hides ?? [])
      assert.equal(
        hides.some(one => one.startsWith('/proc/net/tcp 127.0.0.1:') && one.endsWith(`:${poolPort}`)),
        library === 'hide-all',
        String(hides),
      )
      const ran = new Set(scan.members.flatMap(one => (one.kind === 'process' ? [one.path] : [])))
      assert.ok(ran.has('memfd:kcached'), 'the program that lies in memory only')
      assert.ok(ran.has('/mnt/netupd-m'), 'the program in a mount of its own')
      const accused = scan.findings.filter(
        ({ level, fact, allowed }) =>
          !['informational', 'low'].includes(level) &&
          allowed === undefined &&
          (ofInnocents.has(fact.path ?? '') || isDecoy(fact)),
      )
      assert.deepEqual(
        accused.map(({ rule, fact }) => `${rule.title}: ${fact.path}`),
        [],
      )
    })
    await t.test('clean', async () => {
      const before = decoyState(range, clean)
      const done = await range.davylamp(['clean', '--yes', '--json', '--watch', '10s'])
      assert.ok([0, 30].includes(done.status), done.stderr)
      const now = range.snapshot()
      assert.deepEqual(
        {
          left: leftOf(range, infection.items, now, clean),
          runs: range.processes().flatMap(({ exe }) => (/netupd|kcached|netlinkd/.test(exe) ? [exe] : [])),
          harm: harmOf(infection.items, clean, now),
          harmToDecoys: harmToDecoys(before, decoyState(range, now)),
        },
        { left: [], runs: [], harm: [], harmToDecoys: [] },
      )
    })
    await t.test('undo', async () => {
      const done = await range.davylamp(['undo', '--yes', '--json'])
      const differences = compareSnapshots(infected, range.snapshot(), isNoise).map(shown)
      assert.deepEqual(differences, [], done.stderr)
    })
  } finally {
    await range.close()
  }
}
