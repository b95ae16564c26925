import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { hits, mark, read, tree } from './testing/read-tree.ts'

const root = process.getuid?.() === 0

/** So many directories of that name in one another, and a marked file in the last one: longer than any call takes at once, so it goes step by step. */
function deepTree(t: TestContext, name: string, levels: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-walk-'))
  t.after(() => execFileSync('rm', ['-rf', '--', folder]))
  const script = `const { mkdirSync, writeFileSync } = require('node:fs')
    for (let level = 0; level < ${levels}; level++) { mkdirSync('${name}'); process.chdir('${name}') }
    writeFileSync('${name}', '${mark}')`
  execFileSync(process.execPath, ['-e', script], { cwd: folder })
  return folder
}

test('a hundred thousand names in one directory, and two threads that share them', async t => {
  const folder = tree(t)
  mkdirSync(join(folder, 'many'))
  for (let number = 0; number < 100_000; number++) writeFileSync(join(folder, 'many', `${number}`), '')
  writeFileSync(join(folder, 'many', 'x'), mark)
  const { counts, missed, ...result } = await read(folder, { threads: 2 })
  assert.deepEqual([counts.files, hits({ ...result, counts, missed }), missed], [100_001, ['/many/x'], []])
})

test('ten thousand directories in one another, and a path of more than 4,096 bytes', async t => {
  const bottom = await read(deepTree(t, 'd', 10_000))
  assert.deepEqual([bottom.found.map(one => one.path.length), bottom.missed], [[2 * 10_000 + 2], []])
  const far = await read(deepTree(t, 'n'.repeat(255), 17))
  assert.deepEqual([far.found.map(one => one.path.length), far.missed], [[18 * 256], []])
})

test('what is deeper than anybody would go is told', async t => {
  const { missed } = await read(deepTree(t, 'n'.repeat(250), 300))
  assert.deepEqual(
    missed.map(({ why, count }) => [why, count]),
    [['directories in one another without end', 1]],
  )
})

test('devices are passed by, whatever reading them would give', {
  skip: !root && 'only root makes devices',
}, async t => {
  const folder = tree(t)
  writeFileSync(join(folder, 'plain'), mark)
  for (const [name, kind, major, minor] of [
    ['zero', 'c', '1', '5'],
    ['terminal', 'c', '5', '0'],
    ['kernel-log', 'c', '1', '11'],
    ['disk', 'b', '7', '200'],
  ] as const)
    execFileSync('mknod', [join(folder, name), kind, major, minor])
  const result = await read(folder)
  assert.deepEqual([hits(result), result.counts.files, result.missed], [['/plain'], 1, []])
})

test('of a file above the limit the beginning and the end are read, and that the rest was not is told', async t => {
  const folder = tree(t)
  const megabyte = 1024 * 1024
  const large = Buffer.alloc(140 * megabyte, 'y')
  large.write(mark, 139 * megabyte)
  writeFileSync(join(folder, 'end'), large)
  large.fill('y', 139 * megabyte)
  large.write(mark, 70 * megabyte)
  writeFileSync(join(folder, 'middle'), large)
  const { found, counts } = await read(folder, { largest: 135 * megabyte })
  assert.deepEqual(found.map(({ path, cut, matches }) => [path, cut, matches[0]?.offset]).sort(), [
    ['/end', ['limit'], 139 * megabyte],
    ['/middle', ['limit'], undefined],
  ])
  assert.ok(counts.bytes >= 2 * 128 * megabyte && counts.bytes < 2 * 130 * megabyte)
})

/**
 * A tree in which nothing stays as it is: directories change their names and places, files grow, shrink and go. It ends by itself.
 * `$0`: the folder.
 */
const restless = `
cd "$0" || exit 1
end=$(( $(date +%s) + 60 ))
while [ $(date +%s) -lt $end ]; do
  mv a/in b/out 2>/dev/null; mv b/out a/in 2>/dev/null
  mv a c 2>/dev/null; mv c a 2>/dev/null
  mkdir -p x/y/z; echo new > x/y/z/f; rm -rf x
  head -c 3000000 /dev/zero >> grows; [ $(stat -c %s grows) -gt 30000000 ] && : > grows
  head -c 9000000 /dev/zero > shrinks; : > shrinks
  ln -sf / link; rm -f link; mkdir link; rmdir link
done`
/** What may be said of such a tree. A name that is gone is nothing that could be looked at. */
const sayable = new Set(['changed while it was read'])

test('a tree that changes while it is read: never a fault, what stays is found, nothing outside is read', async t => {
  let child: ChildProcess | undefined
  // Before the folder goes.
  t.after(async () => {
    const ended = child === undefined ? undefined : once(child, 'exit')
    if (child?.kill('SIGKILL') === true) await ended
  })
  const folder = tree(t)
  for (const name of ['a/in', 'b', 'stays/still']) mkdirSync(join(folder, name), { recursive: true })
  for (let number = 0; number < 300; number++) writeFileSync(join(folder, 'a/in', `${number}`), `${number}`)
  writeFileSync(join(folder, 'stays/still/marked'), mark)
  child = spawn('sh', ['-c', restless, folder], { stdio: 'ignore' })
  const said = new Set<string>()
  for (let round = 0; round < 12; round++) {
    const result = await read(folder, { threads: 1 + (round % 2) })
    assert.deepEqual(
      hits(result).filter(path => path !== '/grows' && path !== '/shrinks'),
      ['/stays/still/marked'],
    )
    assert.ok(result.counts.files < 1_000, `${result.counts.files} files`)
    for (const { why } of result.missed) said.add(why)
  }
  assert.deepEqual(
    [...said].filter(why => !sayable.has(why)),
    [],
  )
})
