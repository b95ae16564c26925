import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Command } from 'commander'
import { allRoutes } from '../../model/api/index.ts'
import { cleanFiles, temporaryTree } from '../temporary-tree.ts'
import { remoteCommands } from './remote-commands.ts'

/** What only a browser can do, and what only it needs. They are reached with `api call` where that makes sense. */
const withoutCommand: readonly (keyof typeof allRoutes)[] = [
  // Passkeys, security keys and identity providers need a browser.
  ...(['startPasskey', 'signInWithPasskey', 'startOidc', 'finishOidc', 'startConfirm', 'startKey', 'addKey'] as const),
  // Saved views of the console's pages.
  ...(['listViews', 'saveView', 'deleteView'] as const),
  // Through liveEvents of the client.
  'live',
]

test('every function of the API has a command', () => {
  const sources = globSync('*.ts', { cwd: import.meta.dirname })
    .filter(file => !file.endsWith('.test.ts'))
    .map(file => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('\n')
  const without = Object.keys(allRoutes).filter(name => !new RegExp(`(?:client|\\))\\s*\\.${name}\\(`).test(sources))
  assert.deepEqual(without.sort(), [...withoutCommand].sort())
})

const tree = new Command('davylamp')
remoteCommands(tree, { exitCode: 0 })
const leaves = tree.commands.flatMap(one => (one.commands.length === 0 ? [one] : one.commands))

test('each command stands under its heading, says what it does, and none is deeper than completion goes', () => {
  assert.ok(leaves.length > 100)
  for (const one of tree.commands) assert.equal(one.helpGroup(), 'Against a center:', one.name())
  for (const one of leaves) {
    assert.match(one.description(), /[.)]$/, one.name())
    assert.equal(one.commands.length, 0, one.name())
    for (const option of one.options)
      assert.equal(
        ['--state', '--json', '--version'].includes(option.long ?? ''),
        false,
        `${one.name()} ${option.long}`,
      )
  }
})

test('the help of a command has examples that begin with its own name', t => {
  const { status, stdout } = temporaryTree(t, {}).davylamp(['handle', '--help'])
  assert.equal(status, 0)
  assert.match(stdout, /Examples:\n {2}davylamp handle /)
  for (const one of leaves) {
    const path = one.parent === tree ? one.name() : `${one.parent?.name()} ${one.name()}`
    const help: string[] = []
    one.configureOutput({ writeOut: text => void help.push(text) }).outputHelp()
    const examples = (help.join('').split('Examples:\n')[1] ?? '').split('\n\n')[0] ?? ''
    assert.match(examples, new RegExp(`^ {2}davylamp (?:${path}|${one.parent?.name()})`), path)
  }
})

for (const shell of ['bash', 'zsh', 'fish'])
  test(`completion for ${shell} knows them`, t => {
    const { stdout } = temporaryTree(t, {}).davylamp(['completion', shell])
    for (const word of ['handle', 'same-type', 'hosts', 'inventory', 'add-channel'])
      assert.match(stdout, new RegExp(word))
    if (shell !== 'bash') return
    const ended = spawnSync('bash', ['-n'], { input: stdout, encoding: 'utf8' })
    assert.deepEqual([ended.status, ended.stderr], [0, ''])
  })

test('a scan of this host loads nothing of all that', t => {
  const { root, state } = temporaryTree(t, cleanFiles)
  const loaded = join(root, '..', 'loaded.txt')
  const hook = `import { appendFileSync } from 'node:fs'; import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => { appendFileSync(${JSON.stringify(loaded)}, url + '\\n'); return next(url, context) } })`
  const main = join(import.meta.dirname, '..', 'main.ts')
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--import',
    `data:text/javascript,${encodeURIComponent(hook)}`,
  ]
  const ended = spawnSync(process.execPath, [...flags, main, 'scan', '--root', root, '--state', state], {
    encoding: 'utf8',
  })
  assert.equal(ended.status, 0, ended.stderr)
  const repository = `file://${join(import.meta.dirname, '..', '..')}/`
  const own = readFileSync(loaded, 'utf8')
    .split('\n')
    .filter(url => url.startsWith(repository))
    .map(url => url.slice(repository.length))
  assert.ok(own.includes('cli/scan.ts'), own.join('\n'))
  assert.deepEqual(
    own.filter(file => /^(?:client|center|notify|model\/(?:api|wire))\//.test(file)),
    [],
  )
})
