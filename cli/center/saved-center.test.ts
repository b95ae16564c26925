import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, test } from 'node:test'
import { centerAddress, forgetSaved, knownCenter, savedPath, writeSaved } from './saved-center.ts'

const names = ['DAVYLAMP_CENTER', 'DAVYLAMP_TOKEN', 'DAVYLAMP_FINGERPRINT', 'DAVYLAMP_CA']
const folder = mkdtempSync(join(tmpdir(), 'davylamp-saved-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  process.env['XDG_CONFIG_HOME'] = folder
  for (const name of names) delete process.env[name]
  forgetSaved()
})

const address = 'https://center.example:8443'
const session = { cookie: '__Host-davylamp=x', csrf: 'y', user: 'mira' }

test('what was kept comes back, for its owner only', () => {
  assert.throws(knownCenter, /signed in to no center/)
  writeSaved({ address, fingerprint: 'f', session })
  assert.equal(statSync(savedPath()).mode & 0o777, 0o600)
  assert.deepEqual(knownCenter(), { address, fingerprint: 'f', session })
  forgetSaved()
  assert.equal(existsSync(savedPath()), false)
})

test('the environment comes first, and what was kept of another center is not sent there', () => {
  writeSaved({ address, fingerprint: 'f', session })
  process.env['DAVYLAMP_TOKEN'] = 'davylamp_t'
  assert.deepEqual(knownCenter(), { address, fingerprint: 'f', token: 'davylamp_t' })
  process.env['DAVYLAMP_CENTER'] = 'other.example'
  assert.deepEqual(knownCenter(), { address: 'https://other.example', token: 'davylamp_t' })
  delete process.env['DAVYLAMP_TOKEN']
  assert.throws(knownCenter, /not signed in to https:\/\/other\.example/)
  process.env['DAVYLAMP_CENTER'] = address
  process.env['DAVYLAMP_FINGERPRINT'] = 'g'
  assert.deepEqual(knownCenter(), { address, fingerprint: 'g', session })
})

test('a file that others can read, or that is broken, is not used', () => {
  writeSaved({ address, session })
  chmodSync(savedPath(), 0o640)
  assert.throws(knownCenter, /others can read it/)
  chmodSync(savedPath(), 0o600)
  writeFileSync(savedPath(), readFileSync(savedPath(), 'utf8').slice(0, -5))
  assert.throws(knownCenter, /remove it and sign in again/)
})

for (const [text, expected] of [
  ['center.example', 'https://center.example'],
  ['https://center.example:8443/console?x', address],
  ['[::1]:8443', 'https://[::1]:8443'],
] as const)
  test(`${text} is ${expected}`, () => assert.equal(centerAddress(text), expected))

for (const text of ['http://center.example', 'ftp://x', 'https://mira:secret@center.example', '', 'https://', 'a b'])
  test(`"${text}" is no address`, () => assert.throws(() => centerAddress(text), /no address of a center/))
