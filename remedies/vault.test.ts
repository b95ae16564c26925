import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import type { Action } from '../model/index.ts'
import { openHost, StateBusy } from './host.ts'
import { JournalError, readJournal } from './journal.ts'
import { carryOut, PlanRefused } from './run.ts'
import { planOf, temporaryHost } from './testing/temporary-host.ts'
import { Vault, VaultError } from './vault.ts'

const root = process.getuid?.() === 0 ? false : 'needs root'
const folderFor = () => mkdtempSync(join(tmpdir(), 'davylamp-vault-'))
const secret = 'stratum+tcp://pool.example:3333 inert\n'
const kept = (id: string, content: Uint8Array) => ({
  id,
  why: 'quarantined' as const,
  origin: '/tmp/x',
  run: 'run',
  action: 1,
  content,
})

test('what goes in comes out, and nobody can read it in between', async t => {
  const folder = folderFor()
  t.after(() => rmSync(folder, { recursive: true }))
  const vault = new Vault(join(folder, 'vault'))
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async bytes => {
      await vault.keep(kept('one', bytes))
      assert.deepEqual(await vault.content('one'), Buffer.from(bytes))
    }),
    { numRuns: 30 },
  )
  await vault.keep(kept('text', Buffer.from(secret.repeat(100))))
  const box = readFileSync(join(folder, 'vault/text.bin'))
  assert.equal(box.includes('stratum'), false)
  assert.deepEqual(
    ['', 'key', 'text.bin', 'text.json'].map(name => statSync(join(folder, 'vault', name)).mode & 0o777),
    [0o700, 0o600, 0o600, 0o600],
  )
  await vault.restoreTo('text', join(folder, 'out'))
  assert.equal(readFileSync(join(folder, 'out'), 'utf8'), secret.repeat(100))
  assert.equal(statSync(join(folder, 'out')).mode & 0o777, 0o600)
  await assert.rejects(vault.restoreTo('text', join(folder, 'out')), { code: 'EEXIST' })
  assert.equal(vault.delete('text'), true)
  assert.deepEqual([vault.show('text'), vault.delete('text'), vault.show('../key')], [undefined, false, undefined])
})

test('a box that was tampered with is an error and restores nothing', async t => {
  const folder = folderFor()
  t.after(() => rmSync(folder, { recursive: true }))
  const vault = new Vault(join(folder, 'vault'))
  await vault.keep(kept('one', Buffer.from(secret)))
  const path = join(folder, 'vault/one.bin')
  const whole = readFileSync(path)
  for (const at of [0, 9, 21, whole.length - 1]) {
    const changed = Buffer.from(whole)
    changed[at] = (changed[at] ?? 0) ^ 1
    writeFileSync(path, changed)
    await assert.rejects(vault.restoreTo('one', join(folder, 'out')))
    assert.throws(() => statSync(join(folder, 'out')))
  }
  writeFileSync(path, whole.subarray(0, 20))
  await assert.rejects(vault.content('one'), VaultError)
})

test('in blocks: all of it, or never its end', async t => {
  const folder = folderFor()
  t.after(() => rmSync(folder, { recursive: true }))
  const vault = new Vault(join(folder, 'vault'))
  // Incompressible, so that there are many blocks.
  const long = Buffer.alloc(1_000_000, createHash('sha512').update('x').digest())
  for (let at = 0; at < long.length; at += 64) createHash('sha512').update(`${at}`).digest().copy(long, at)
  for (const [id, content] of [
    ['long', long],
    ['short', Buffer.from(secret)],
    ['empty', Buffer.alloc(0)],
  ] as const) {
    await vault.keep(kept(id, content))
    assert.ok((await read(id)).equals(content), id)
  }
  const path = join(folder, 'vault/long.json')
  const entry = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...entry, sha256: 'a'.repeat(64) }))
  const passedOn: Buffer[] = []
  await assert.rejects(async () => {
    for await (const block of vault.blocks('long')) passedOn.push(block)
  }, VaultError)
  const before = Buffer.concat(passedOn).length
  assert.ok(before > 0 && before < long.length, `${before} bytes`)
  const box = join(folder, 'vault/short.bin')
  const bytes = readFileSync(box)
  bytes.writeUInt8(bytes.readUInt8(30) ^ 1, 30)
  writeFileSync(box, bytes)
  await assert.rejects(read('short'))

  async function read(id: string): Promise<Buffer> {
    const blocks: Buffer[] = []
    for await (const block of vault.blocks(id)) blocks.push(block)
    return Buffer.concat(blocks)
  }
})

test('two runs never share a state folder', t => {
  const { state, root } = temporaryHost(t)
  assert.throws(() => openHost({ root, live: false, state }), StateBusy)
})

test('limits refuse, with their reason', { skip: root }, async t => {
  const { host } = temporaryHost(t, { a: '12345', b: '12345' }, { limits: { actions: 2, quarantinedBytes: 8 } })
  const sha256 = createHash('sha256').update('12345').digest('hex')
  const take = (path: string): Action => ({ kind: 'quarantine-file', path, sha256 })
  const run = await carryOut(planOf([take('/a'), take('/b')]), host)
  assert.deepEqual(
    run.actions.map(({ outcome, detail }) => detail ?? outcome),
    ['done', 'more than 8 bytes in one run (limit)'],
  )
  await assert.rejects(carryOut(planOf([take('/a'), take('/b'), take('/c')]), host), PlanRefused)
})

test('a full or read-only disk is a plain failure and nothing is lost', { skip: root }, t => {
  const folder = folderFor()
  t.after(() => rmSync(folder, { recursive: true }))
  const child = fileURLToPath(new URL('testing/crash-child.ts', import.meta.url))
  execFileSync('sh', [
    '-c',
    `mkdir -p ${folder}/root ${folder}/small ${folder}/state; head -c 300000 /dev/urandom > ${folder}/root/big`,
  ])
  const sha256 = createHash('sha256')
    .update(readFileSync(join(folder, 'root/big')))
    .digest('hex')
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(planOf([{ kind: 'quarantine-file', path: '/big', sha256 }])))
  const inner = (state: string, readOnly: boolean) =>
    `mount -t tmpfs -o size=128k none ${folder}/small && ${readOnly ? `mount --bind ${folder}/root ${folder}/root && mount -o remount,bind,ro ${folder}/root &&` : ''} ` +
    `${process.execPath} --disable-warning=ExperimentalWarning ${child} ${folder}/root ${state} ${folder}/plan.json && cat ${state}/runs/*/journal.jsonl`
  for (const [state, readOnly, reason] of [
    [join(folder, 'small'), false, 'ENOSPC'],
    [join(folder, 'state'), true, 'EROFS'],
  ] as const) {
    const result = spawnSync('unshare', ['-m', 'sh', '-c', inner(state, readOnly)], { encoding: 'utf8' })
    assert.match(result.stdout, new RegExp(`"outcome":"failed","detail":"[^"]*${reason}`), result.stderr)
    assert.equal(
      createHash('sha256')
        .update(readFileSync(join(folder, 'root/big')))
        .digest('hex'),
      sha256,
    )
  }
})

test('a journal of any bytes is read or refused', t => {
  const folder = folderFor()
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'journal.jsonl')
  const line = fc.oneof(fc.json(), fc.string(), fc.constant('{"entry":"undo","number":1,"at":"now"}'))
  fc.assert(
    fc.property(fc.array(line), lines => {
      writeFileSync(path, lines.join('\n'))
      try {
        readJournal(path)
      } catch (error) {
        assert.ok(error instanceof JournalError)
      }
    }),
    { numRuns: 100 },
  )
})
