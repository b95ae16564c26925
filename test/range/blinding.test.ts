import assert from 'node:assert/strict'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAmong, nameOf } from './expectations.ts'
import { hiddenBy, program } from './hidden-miner.ts'
import { assertHides, hiddenProcesses, ordinarySight, scanned } from './hiding-scan.ts'
import { openHost } from './infected-host.ts'
import { rangeImpossible } from './machine.ts'
import { infect } from './plant.ts'
import type { Range } from './range.ts'

const ownLoader = join(import.meta.dirname, '../../dist/runtime/ld-davylamp.so')
const skip =
  rangeImpossible() ??
  (existsSync(ownLoader) ? false : 'this checkout has no loader of its own yet: npm start prepares it')
test('hide-readdir: what it hides from other programs is found', { skip, timeout: 180_000 }, async () => {
  const range = await openHost({ decoys: false })
  try {
    const infection = hiddenBy('hide-readdir')
    await infect(range, [infection])
    assert.equal(await ordinarySight(range), '[false,true]', 'the library blinds an ordinary program')
    const scan = await scanned(range)
    assert.deepEqual(infection.items.filter(item => !isAmong(item, scan.members)).map(nameOf), [])
    assert.deepEqual(
      hiddenProcesses(scan),
      [['critical', program, ['ordinary-view']]],
      'its process is seen by us and by no ordinary program, and no other is',
    )
    assertHides(scan.members, ['readdir'])
  } finally {
    await range.close()
  }
})

test('a loader that reads another list: the list, its library and what that hides are found', {
  skip,
  timeout: 180_000,
}, async () => {
  const range = await openHost({ decoys: false })
  const list = '/usr/lib/.x.so.pre'
  try {
    patchLoader(range, list)
    const infection = hiddenBy('hide-readdir', list)
    await infect(range, [infection])
    assert.equal(await ordinarySight(range), '[false,true]', 'the loader takes the library from there')
    const { findings, members, incidents } = await scanned(range)
    assert.deepEqual(infection.items.filter(item => !isAmong(item, members)).map(nameOf), [])
    const about = (title: string) => findings.some(({ rule }) => rule.title === title)
    assert.ok(about('The program loader reads its preload list from another place'))
    assert.ok(about('System command is not what its package installed'), 'the loader is not as libc6 installed it')
    assert.ok(incidents.some(one => 'rebuildAdvised' in one && String(one.rebuildAdvised).includes('loader')))
    assertHides(members, ['readdir'])
  } finally {
    await range.close()
  }
})

/** The host's loader with another path of the same length in it, put in its place as a whole. */
function patchLoader(range: Range, list: string): void {
  const path = `${range.root}/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2`
  const bytes = readFileSync(path)
  const at = bytes.indexOf('/etc/ld.so.preload\0')
  assert.ok(at > 0 && list.length === '/etc/ld.so.preload'.length)
  bytes.write(list, at, 'latin1')
  writeFileSync(`${path}.new`, bytes, { mode: 0o755 })
  renameSync(`${path}.new`, path)
}
