import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { readJson, replaceJson } from '../own-files.ts'
import { agreeTo } from './agreed.ts'
import { OwnFilesWatch, type Watched } from './own-files-watch.ts'

/** An agent's files in a folder, and what a look at them tells after something was done. */
function scene(t: TestContext, more: Partial<Watched> = {}) {
  const top = mkdtempSync(join(tmpdir(), 'agent-tampering-'))
  t.after(() => rmSync(top, { recursive: true }))
  const at = (path: string) => join(top, path)
  const write = (path: string, text = path) => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
  }
  for (const path of [
    'own/identity.json',
    'own/spool.db',
    'own/detections.jsonl',
    'program/cli/main.js',
    'agent.yml',
    'drop-ins/a.conf',
  ])
    write(path)
  const watched: Watched = {
    program: [at('program')],
    contents: [at('drop-ins'), at('rules/packs')],
    files: [at('agent.yml'), at('own/identity.json'), at('later.yml')],
    folders: [at('own')],
    kept: [at('own/spool.db'), at('own/orders.db')],
    growing: [at('own/detections.jsonl')],
    ...more,
  }
  const watch = new OwnFilesWatch(at('own'), watched)
  assert.deepEqual(watch.check(), [], 'the first look only remembers')
  return {
    at,
    write,
    /** A new one takes its place. */
    putAside(path: string, to: string) {
      renameSync(at(path), at(to))
      write(path)
    },
    watched,
    watch,
    told: () => watch.check().map(one => `${one.what}: ${one.detail.replaceAll(top, '')}`),
  }
}

for (const [name, act, expected] of [
  ['nothing', () => {}, []],
  [
    'a configuration is changed',
    s => s.write('agent.yml', 'prevention: off\n'),
    [/^configuration-changed: \/agent\.yml was changed by somebody else/],
  ],
  ['one that was not there comes', s => s.write('later.yml'), [/^configuration-changed: \/later\.yml is new\.$/]],
  [
    'a file of the program is changed',
    s => s.write('program/cli/main.js', 'x'),
    [/^own-files-changed: \/program\/cli was changed by somebody else than the agent: main\.js\.$/],
  ],
  ['identity goes', s => rmSync(s.at('own/identity.json')), [/^own-files-changed: \/own\/identity\.json is gone\.$/]],
  ['a drop-in comes', s => s.write('drop-ins/b.conf'), [/^own-files-changed: \/drop-ins\/b\.conf is new\.$/]],
  ['a drop-in is changed', s => s.write('drop-ins/a.conf', 'ExecStart='), [/\/drop-ins\/a\.conf was changed/]],
  [
    'rules of others come by hand',
    s => s.write('rules/packs/x/pack.json'),
    [
      /^rules-changed: \/rules\/packs is new\.$/,
      /^rules-changed: \/rules\/packs\/x is new\.$/,
      /^rules-changed: .*pack\.json is new\.$/,
    ],
  ],
  [
    'others may write',
    s => chmodSync(s.at('own'), 0o777),
    [/^own-files-changed: \/own had mode 4\d+ .* and has mode 40777/],
  ],
  [
    'the spool is another file',
    s => s.putAside('own/spool.db', 'own/old'),
    [/^state-changed: \/own\/spool\.db was replaced by another file/],
  ],
  ['the spool is gone', s => rmSync(s.at('own/spool.db')), [/^state-changed: \/own\/spool\.db is gone/]],
  ['the spool is written to', s => appendFileSync(s.at('own/spool.db'), 'x'), []],
  ['orders come for the first time', s => s.write('own/orders.db'), []],
  ['what was noticed grows', s => appendFileSync(s.at('own/detections.jsonl'), 'x'), []],
  [
    'what was noticed is cut',
    s => truncateSync(s.at('own/detections.jsonl'), 1),
    [/^state-changed: \/own\/detections\.jsonl was cut/],
  ],
  [
    'what was noticed is gone',
    s => rmSync(s.at('own/detections.jsonl')),
    [/^state-changed: \/own\/detections\.jsonl is gone/],
  ],
  [
    'what was noticed is another file',
    s => s.putAside('own/detections.jsonl', 'own/hidden'),
    [/^state-changed: .* was replaced/],
  ],
  ['what was noticed was put aside, full', s => s.putAside('own/detections.jsonl', 'own/detections.jsonl.1'), []],
] as const satisfies readonly (readonly [string, (s: ReturnType<typeof scene>) => unknown, readonly RegExp[]])[])
  test(name, t => {
    const s = scene(t)
    act(s)
    const told = s.told()
    assert.equal(told.length, expected.length, told.join('\n'))
    for (const [place, words] of expected.entries()) assert.match(told[place] ?? '', words)
    assert.deepEqual(s.told(), [], 'told once')
  })

test('a unit that is masked is told as what it is', t => {
  const unit = '/etc/systemd/system/davylamp-agent.service'
  const s = scene(t)
  // The host's own unit stays as it is: what the look before saw is set, not the file.
  const watch = new OwnFilesWatch(s.at('own'), { ...s.watched, files: [s.at('masked'), unit] })
  watch.check()
  symlinkSync('/dev/null', s.at('masked'))
  assert.match(JSON.stringify(watch.check()), /own-files-changed.*masked is new/)
  const path = join(s.at('own'), 'own-files.json')
  const kept = readJson(path) as { seen: Record<string, string> }
  replaceJson(path, { ...kept, seen: { ...kept.seen, [unit]: 'mode 100644 uid 0 gid 0 1 2 3 4' } })
  assert.deepEqual(watch.check(), [{ what: 'unit-changed', detail: `The unit of the agent is gone: ${unit}.` }])
})

test('a change that a command of ours made is none, the next one is', t => {
  const s = scene(t)
  agreeTo(s.at('own'), [s.at('rules/packs')])
  agreeTo(s.at('own'), [s.at('agent.yml')])
  s.write('rules/packs/x/pack.json')
  s.write('agent.yml', 'center: x')
  assert.deepEqual(s.told(), [])
  s.write('agent.yml', 'center: other')
  assert.equal(s.told().length, 1)
})

test('what a newer version watches besides was not changed by anybody', t => {
  const s = scene(t)
  s.write('more/x.conf')
  s.write('also.yml')
  const newer = new OwnFilesWatch(s.at('own'), {
    ...s.watched,
    contents: [...(s.watched.contents ?? []), s.at('more')],
    files: [...s.watched.files, s.at('also.yml')],
  })
  assert.deepEqual(newer.check(), [])
  s.write('more/y.conf')
  assert.match(JSON.stringify(newer.check()), /more\/y\.conf is new/)
})

test('an upgraded program lies in another folder, and the one before is nobody’s business any more', t => {
  const s = scene(t)
  s.write('newer/cli/main.js')
  const newer = new OwnFilesWatch(s.at('own'), { ...s.watched, program: [s.at('newer')] })
  assert.deepEqual(newer.check(), [])
  rmSync(s.at('program'), { recursive: true })
  s.write('newer/cli/more.js')
  assert.deepEqual(
    newer.check().map(one => one.detail.replace(s.at(''), '')),
    ['/newer/cli was changed by somebody else than the agent: more.js.'],
  )
})

test('after a change of our own nothing is told, and no more than ten things at once', t => {
  const s = scene(t)
  s.write('agent.yml', 'x')
  s.watch.remember()
  assert.deepEqual(s.told(), [])
  for (let number = 0; number < 14; number += 1) s.write(`drop-ins/${number}.conf`)
  const told = s.told()
  assert.equal(told.length, 11)
  assert.match(told.at(-1) ?? '', /4 more folders or files were changed/)
})
