import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { replaceFolder } from './replace-folder.ts'

function folderWithOld(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-replace-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'console'))
  writeFileSync(join(folder, 'console/old'), '')
  return folder
}

async function make(making: string): Promise<void> {
  mkdirSync(making)
  writeFileSync(join(making, 'index.html'), 'new')
}

test('the new folder takes the place of the old one, and leavings go, but not those of one that is at it', async t => {
  const folder = folderWithOld(t)
  const beyondAllPids = 4_194_305
  for (const name of [`console.making-${beyondAllPids}`, `console.making-${process.ppid}`, 'console-other'])
    mkdirSync(join(folder, name))
  await replaceFolder(join(folder, 'console'), make)
  assert.deepEqual(readdirSync(folder).sort(), ['console', 'console-other', `console.making-${process.ppid}`])
  assert.deepEqual(readdirSync(join(folder, 'console')), ['index.html'])
  assert.equal(readFileSync(join(folder, 'console/index.html'), 'utf8'), 'new')
})

test('a making that fails leaves the old folder and nothing else', async t => {
  const folder = folderWithOld(t)
  const failing = replaceFolder(join(folder, 'console'), async making => {
    await make(making)
    throw new Error('the disk is full')
  })
  await assert.rejects(failing, /disk is full/)
  assert.deepEqual(readdirSync(folder), ['console'])
  assert.deepEqual(readdirSync(join(folder, 'console')), ['old'])
})
