import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openRules } from '../rulebook/index.ts'
import { factWith } from '../test/facts.ts'
import { liveTarget } from '../target/index.ts'
import { contextFor } from './context.ts'
import { lookIntoSuspects } from './suspect-contents.ts'

/** A large program of no package that runs, as collectors tell of it. */
const running = (path: string, size = 149_000_000) =>
  factWith({ kind: 'file', path, type: 'file', size, ownership: 'unowned', traits: ['elf'], seenAs: ['process'] })

async function gapsOf(path: string): Promise<string[]> {
  const target = liveTarget()
  const context = contextFor({ state: '/nonexistent' })
  await lookIntoSuspects(target, [running(path)], openRules([]), { save: false }, context)
  return target.gaps.map(({ what, why }) => `${what}: ${why}`)
}

test('the runtime of this program is no suspect, so that a host with an agent has no gap for it', async () => {
  const program = join(import.meta.dirname, '..')
  const machine = process.arch === 'arm64' ? 'arm64' : 'x64'
  assert.deepEqual(await gapsOf(join(program, `node_modules/node-linux-${machine}/bin/node`)), [])
  assert.deepEqual(await gapsOf(join(program, 'davylamp')), [])
})

test('a program elsewhere is one, and what is too large for a quick scan is told', async () => {
  assert.deepEqual(await gapsOf('/bin/sh'), [
    'contents of 1 files: more than a quick scan reads: scan --full reads them',
  ])
})
