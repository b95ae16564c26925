import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { PacksBusyError, readPacks, type RulePack, removePack, stagePack } from './rule-packs.ts'

const about = (added: string): RulePack => ({
  name: 'mine',
  source: '/x',
  added,
  files: 1,
  yara: 1,
  sigma: 0,
  problems: [],
})

/** A state folder, a source with one rule of this name, and the packs' folder. */
function places(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-packs-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const state = join(folder, 'state')
  const source = join(folder, 'mine.yar')
  const packs = join(state, 'rules', 'packs')
  const add = (text: string, added: string) => {
    writeFileSync(source, text)
    const staged = stagePack(state, source)
    staged.keep(about(added))
    staged.end()
  }
  return { state, source, packs, add }
}

const inUse = ({ state, packs }: ReturnType<typeof places>) =>
  readPacks(state).map(({ name, added }) => `${added}: ${readFileSync(join(packs, name, 'mine.yar'), 'utf8')}`)

test('a pack is added, replaced and removed, and nothing lies beside it', t => {
  const place = places(t)
  place.add('one', 'first')
  assert.deepEqual(inUse(place), ['first: one'])
  place.add('two', 'second')
  assert.deepEqual([inUse(place), readdirSync(place.packs)], [['second: two'], ['mine']])
  removePack(place.state, 'mine')
  assert.deepEqual([inUse(place), readdirSync(place.packs)], [[], []])
})

/** What lies in the packs' folder when a command is ended at this point. */
const cutOff: readonly (readonly [string, (packs: string) => void, readonly string[]])[] = [
  ['before anything was copied', packs => mkdirSync(join(packs, '.adding-0a')), ['first: one']],
  ['while rules were copied', packs => staged(packs, undefined), ['first: one']],
  ['before the new pack was put in place', packs => staged(packs, 'second'), ['first: one']],
  [
    'when the one before was out of the way',
    packs => {
      staged(packs, 'second')
      renameSync(join(packs, 'mine'), join(packs, '.adding-0a-old'))
    },
    ['first: one'],
  ],
  [
    'when the new one was in place',
    packs => {
      staged(packs, 'second')
      renameSync(join(packs, 'mine'), join(packs, '.adding-0a-old'))
      renameSync(join(packs, '.adding-0a'), join(packs, 'mine'))
    },
    ['second: two'],
  ],
  [
    'when the one before was half removed',
    packs => {
      staged(packs, 'second')
      renameSync(join(packs, 'mine'), join(packs, '.adding-0a-old'))
      renameSync(join(packs, '.adding-0a'), join(packs, 'mine'))
      rmSync(join(packs, '.adding-0a-old/pack.json'))
    },
    ['second: two'],
  ],
  ['while the pack was removed', packs => renameSync(join(packs, 'mine'), join(packs, '.adding-0b')), []],
]

function staged(packs: string, added: string | undefined): void {
  mkdirSync(join(packs, '.adding-0a'))
  writeFileSync(join(packs, '.adding-0a/mine.yar'), 'two')
  if (added !== undefined) writeFileSync(join(packs, '.adding-0a/pack.json'), JSON.stringify(about(added)))
}

for (const [when, lay, expected] of cutOff)
  test(`a command that was ended ${when} lost no pack and left nothing`, t => {
    const place = places(t)
    place.add('one', 'first')
    lay(place.packs)
    assert.deepEqual(inUse(place), expected)
    assert.deepEqual(readdirSync(place.packs), expected.length > 0 ? ['mine'] : [])
  })

test('what somebody adds at this moment is not taken away, and nobody else adds or removes', t => {
  const place = places(t)
  place.add('one', 'first')
  const adding = stagePack(place.state, place.source)
  assert.deepEqual(inUse(place), ['first: one'])
  assert.equal(existsSync(adding.folder), true)
  assert.throws(() => stagePack(place.state, place.source), PacksBusyError)
  assert.throws(() => removePack(place.state, 'mine'), PacksBusyError)
  adding.end()
  assert.equal(existsSync(adding.folder), false)
  removePack(place.state, 'mine')
})
