import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventsIn } from './file-changes.ts'
import { openInotify } from './inotify.ts'

/** Every way to change a directory, as a program that is told what happened. */
function changeThings(folder: string): void {
  writeFileSync(join(folder, 'new'), 'x')
  appendFileSync(join(folder, 'old'), 'y')
  chmodSync(join(folder, 'old'), 0o600)
  renameSync(join(folder, 'new'), join(folder, 'moved'))
  renameSync(join(folder, 'moved'), join(folder, '..', 'away'))
  renameSync(join(folder, '..', 'away'), join(folder, 'back'))
  unlinkSync(join(folder, 'back'))
  symlinkSync('old', join(folder, 'link'))
  mkdirSync(join(folder, 'deep'))
}

const expected = [
  'new created',
  'new written',
  'old written',
  'old attributes',
  'new moved-out',
  'moved moved-in',
  'moved moved-out',
  'back moved-in',
  'back deleted',
  'link created',
  'deep/ created',
]

test('inotify tells what changed in a directory', t => {
  const above = mkdtempSync(join(tmpdir(), 'davylamp-changes-'))
  t.after(() => rmSync(above, { recursive: true, force: true }))
  const folder = join(above, 'cron.d')
  mkdirSync(folder)
  writeFileSync(join(folder, 'old'), '')
  const changes = openInotify()
  changes.watch(folder)
  changeThings(folder)
  const seen: string[] = []
  changes.each(({ directory, name, change, isDirectory, pid }) => {
    assert.deepEqual([directory, pid], [folder, 0])
    seen.push(`${name.toString()}${isDirectory ? '/' : ''} ${change}`)
  })
  // Whether deleting a file also changes its attributes depends on the file system.
  assert.deepEqual(
    seen.filter(one => one !== 'back attributes'),
    expected,
  )
  changes.leave(folder)
  writeFileSync(join(folder, 'later'), '')
  changes.each(() => assert.fail())
  assert.throws(() => changes.watch(join(folder, 'nothing')), { code: 'ENOENT' })
  changes.close()
})

/** On a tmpfs in a mount namespace of its own: no file of the machine is ever marked. */
function fanotify(body: string) {
  const place = (name: string) => JSON.stringify(new URL(name, import.meta.url).pathname)
  const program = `
    import { execFileSync } from 'node:child_process'
    import { mkdirSync, writeFileSync, appendFileSync, chmodSync, renameSync, unlinkSync, symlinkSync } from 'node:fs'
    import { join } from 'node:path'
    import { openFileChanges } from ${place('file-changes.ts')}
    const folder = '/mnt/cron.d'
    mkdirSync(folder)
    ${body}`
  const words = ['--mount', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs none /mnt && exec "$@"', 'sh']
  return spawnSync(
    'unshare',
    [...words, process.execPath, ...process.execArgv, '--input-type=module-typescript', '-e', program],
    { encoding: 'utf8', timeout: 60_000 },
  )
}

const tried = fanotify(`openFileChanges().watch(folder); console.log('can')`)
const skip = tried.stdout.includes('can') ? false : `not possible here: ${tried.stderr.trim().split('\n').at(-1)}`

test('fanotify tells what changed in a directory, and who did it', { skip }, () => {
  const { stdout, stderr } = fanotify(`
    writeFileSync(join(folder, 'old'), '')
    const changes = openFileChanges()
    changes.watch(folder)
    const seen = []
    // One look for each step, because the kernel puts what happens to one name together.
    const look = () => changes.each(({ directory, name, change, isDirectory, pid }) => {
      seen.push([name.toString() + (isDirectory ? '/' : '') + ' ' + change, directory, pid === process.pid])
    })
    writeFileSync(join(folder, 'new'), 'x'); look()
    appendFileSync(join(folder, 'old'), 'y'); look()
    chmodSync(join(folder, 'old'), 0o600); look()
    renameSync(join(folder, 'new'), join(folder, 'moved')); look()
    renameSync(join(folder, 'moved'), '/mnt/away'); look()
    renameSync('/mnt/away', join(folder, 'back')); look()
    unlinkSync(join(folder, 'back')); look()
    symlinkSync('old', join(folder, 'link')); look()
    mkdirSync(join(folder, 'deep')); look()
    execFileSync('/bin/sh', ['-c', 'echo "* * * * * root x" > /mnt/cron.d/evil; echo $$']); look()
    const own = seen.splice(0)
    changes.leave(folder)
    writeFileSync(join(folder, 'later'), ''); look()
    console.log(JSON.stringify({ own, after: seen, lost: changes.lost() }))`)
  const { own, after, lost } = JSON.parse(stdout || JSON.stringify(stderr)) as {
    own: [string, string, boolean][]
    after: unknown[]
    lost: number
  }
  const ours = own.filter(([what]) => !what.startsWith('evil'))
  assert.ok(own.every(([, directory]) => directory === '/mnt/cron.d'))
  assert.ok(ours.every(([, , mine]) => mine))
  const told = ours.map(([what]) => what).filter(what => what !== 'back attributes')
  assert.deepEqual([...told].sort(), [...expected].sort())
  const others = own.filter(([what]) => what.startsWith('evil'))
  assert.ok(others.length >= 1 && others.every(([, , mine]) => !mine), JSON.stringify(own))
  assert.deepEqual([after, lost], [[], 0])
})

test('events that are cut or of another kind give nothing', () => {
  assert.deepEqual(eventsIn(Buffer.alloc(10)), [])
  const event = Buffer.alloc(24)
  event.writeUInt32LE(24, 0)
  event.writeBigUInt64LE(0x4000n, 8)
  assert.deepEqual(eventsIn(event), [
    { handle: '', name: Buffer.alloc(0), changes: [], isDirectory: false, overflow: true, pid: 0 },
  ])
  for (let length = 0; length < 64; length++) {
    const bytes = Buffer.alloc(64, 0x07)
    bytes.writeUInt32LE(length, 0)
    assert.ok(Array.isArray(eventsIn(bytes)))
  }
})
