import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { JournalFile } from './journal-file.ts'
import { bytesOf, journalForms, readJournal } from './testing/read-journal.ts'

const missing =
  spawnSync('journalctl', ['--version']).error !== undefined && 'journalctl is not installed (Debian package systemd)'

for (const form of journalForms)
  test(`${form}: all that journalctl exports, and by a field as it finds it`, { skip: missing }, t => {
    const folder = mkdtempSync(join(tmpdir(), 'davylamp-journal-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const content = readJournal(form)
    const path = join(folder, 'x.journal')
    writeFileSync(path, content)
    for (const match of [undefined, '_COMM=sshd', '_UID=1000', 'MESSAGE=cron did something 2', '_COMM=nobody']) {
      const journal = JournalFile.open(bytesOf(content)) ?? assert.fail('no journal')
      const found = [...journal.entries(match === undefined ? {} : { match })].map(({ atMs, fields }) => [
        `__REALTIME_TIMESTAMP=${Math.round(atMs * 1000)}`,
        ...[...fields].flatMap(([name, values]) => values.map(value => `${name}=${value}`)).sort(),
      ])
      assert.deepEqual(found, exported(path, match))
    }
  })

/** Entries as journalctl reads them, each field as `NAME=value`. */
function exported(path: string, match: string | undefined): string[][] {
  const printed = execFileSync(
    'journalctl',
    ['--file', path, '--output', 'export', ...(match === undefined ? [] : [match])],
    {
      maxBuffer: 64 << 20,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const entries: string[][] = []
  let fields: string[] = []
  for (let at = 0; at < printed.length; ) {
    const end = printed.indexOf(10, at)
    const line = printed.toString('utf8', at, end)
    at = end + 1
    if (line === '') {
      entries.push(arranged(fields))
      fields = []
    } else if (line.includes('=')) fields.push(line)
    else {
      const length = Number(printed.readBigUInt64LE(at))
      fields.push(`${line}=${printed.toString('utf8', at + 8, at + 8 + length)}`)
      at += 8 + length + 1
    }
  }
  return entries
}

function arranged(fields: readonly string[]): string[] {
  const at = fields.filter(one => one.startsWith('__REALTIME_TIMESTAMP='))
  return [...at, ...fields.filter(one => !one.startsWith('__')).sort()]
}
