import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { BlobReader, TextWriter, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js'
import { archivePassword, nameInArchive, type QuarantinedNote, quarantineArchive } from './archive.ts'

const note: QuarantinedNote = {
  format: 'davylamp-quarantined-note',
  version: 1,
  host: 'web-3',
  path: '/tmp/.x/xm',
  sha256: 'a'.repeat(64),
  size: 3_000_000,
  time: '2026-11-21T20:45:12.000Z',
  reason: 'quarantined',
  run: '20261121T204512Z-3fa9',
}

async function* inParts(content: Buffer, size = 1_000_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
}

async function archived(content: AsyncIterable<Uint8Array>, of = note): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of quarantineArchive(of, content)) parts.push(part)
  return Buffer.concat(parts)
}

function opened(zip: Buffer, password?: string) {
  return new ZipReader(new BlobReader(new Blob([new Uint8Array(zip)])), password === undefined ? {} : { password })
}

test('the file and a note, encrypted with AES-256; the password opens both', async () => {
  const content = randomBytes(3_000_000)
  const zip = await archived(inParts(content))
  const [file, text, ...others] = await opened(zip, archivePassword).getEntries()
  assert.ok(file !== undefined && !file.directory && text !== undefined && !text.directory)
  assert.deepEqual([file.filename, text.filename, others], ['xm.quarantined', 'note.json', []])
  assert.ok(content.equals(await file.getData(new Uint8ArrayWriter())))
  assert.deepEqual(JSON.parse(await text.getData(new TextWriter())), note)
  // Not the old cipher of PKZIP: method 99 is WinZip's AES, and 3 its 256 bits.
  for (const entry of [file, text]) assert.deepEqual([entry.encrypted, entry.zipCrypto], [true, false])
  assert.equal(zip.readUInt16LE(8), 99)
  assert.ok(
    zip.includes(Buffer.from([0x01, 0x99, 7, 0, 2, 0, 0x41, 0x45, 3])) ||
      zip.includes(Buffer.from([0x01, 0x99, 7, 0, 1, 0, 0x41, 0x45, 3])),
  )
})

test('without the password, or with another, nothing comes out', async () => {
  const zip = await archived(inParts(Buffer.from('#!/bin/sh\n# stratum+tcp://pool.example:3333 inert\n')))
  assert.equal(zip.includes('stratum'), false)
  assert.equal(zip.includes('web-3'), false)
  for (const password of [undefined, 'Infected', '']) {
    const [file] = await opened(zip, password).getEntries()
    assert.ok(file !== undefined && !file.directory)
    await assert.rejects(file.getData(new Uint8ArrayWriter()))
  }
})

test('an empty file is a file too', async () => {
  const [file] = await opened(await archived(inParts(Buffer.alloc(0))), archivePassword).getEntries()
  assert.ok(file !== undefined && !file.directory)
  assert.equal((await file.getData(new Uint8ArrayWriter())).length, 0)
})

test('a file that ends in the middle makes no archive', async () => {
  const broken = (async function* () {
    yield randomBytes(2_000_000)
    throw new Error('its hour was over')
  })()
  await assert.rejects(archived(broken), /its hour was over/)
})

test('who stops reading stops the making', async () => {
  let ended = false
  const endless = (async function* () {
    try {
      for (;;) yield randomBytes(100_000)
    } finally {
      ended = true
    }
  })()
  for await (const _ of quarantineArchive(note, endless)) break
  for (let turns = 0; turns < 1_000 && !ended; turns++) await new Promise(setImmediate)
  assert.equal(ended, true)
})

for (const [path, name] of [
  ['/usr/bin/[kworker]', '_kworker_.quarantined'],
  ['/tmp/..', '...quarantined'],
  ['/tmp/a b/', 'a_b.quarantined'],
  ['/srv/値段.sh', '値段.sh.quarantined'],
  ['C:\\temp\\x.exe', 'C__temp_x.exe.quarantined'],
  ['/tmp/\u202egnp.exe\u0000', '_gnp.exe_.quarantined'],
  [`/tmp/${'a'.repeat(300)}`, `${'a'.repeat(60)}.quarantined`],
  [`/tmp/${'値'.repeat(85)}`, `${'値'.repeat(60)}.quarantined`],
  [`/tmp/a${'𠮷'.repeat(63)}`, `a${'𠮷'.repeat(59)}.quarantined`],
  ['/tmp/aux.c', '_aux.c.quarantined'],
  ['/tmp/auxiliary', 'auxiliary.quarantined'],
  ['/', 'file.quarantined'],
] as const)
  test(`${JSON.stringify(path)} is ${name} in the archive`, () => assert.equal(nameInArchive(path), name))
