import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { RespondRequest } from '../agent/response/index.ts'
import { type ResponseConfig, responseConfig } from '../model/wire/index.ts'
import { nftables } from '../native/write/nftables.ts'
import { inNamespaces, inside } from '../remedies/testing/inner-run.ts'

const missing =
  process.getuid?.() !== 0 ? 'needs root' : nftables([]) === undefined ? 'no libnftables here' : (false as const)
inNamespaces(import.meta.url, missing, 240)

const main = join(import.meta.dirname, '../cli/main.ts')
const flags = ['--disable-warning=ExperimentalWarning', '--enable-experimental-regexp-engine-on-excessive-backtracks']

interface Shown {
  readonly address: string
  readonly seconds: number
  readonly listed?: boolean
}

test('addresses of lists are blocked together, apart from all others, and taken away again', { skip: !inside }, t => {
  const state = mkdtempSync(join(tmpdir(), 'davylamp-listed-'))
  t.after(() => rmSync(state, { recursive: true, force: true }))
  execFileSync('ip', ['link', 'set', 'lo', 'up'])
  const davylamp = (words: readonly string[], input?: string) => {
    const ended = spawnSync(process.execPath, [...flags, main, '--json', '--state', state, ...words], {
      encoding: 'utf8',
      ...(input === undefined ? {} : { input }),
      maxBuffer: 64 << 20,
    })
    assert.equal(ended.status, 0, ended.stderr)
    return ended.stdout === '' ? undefined : JSON.parse(ended.stdout)
  }
  const listed = (settings: object = {}, mode: RespondRequest['mode'] = 'block') => {
    const response: ResponseConfig = responseConfig.parse(settings)
    const request: RespondRequest = {
      step: 'listed',
      detections: [],
      addresses: [],
      response,
      mode,
      centers: ['198.51.7.9'],
    }
    return davylamp(['agent', 'respond'], JSON.stringify(request)).listed
  }
  const blocked = (): Shown[] => davylamp(['block', 'list']).blocked
  const addresses = Array.from({ length: 10_000 }, (_, at) => `198.51.${at >> 8}.${at & 255}`)
  const soon = new Date(Date.now() + 600_000).toISOString()
  const rows = [
    'type,value,confidence,expires',
    ...addresses.map(one => `address,${one},80,`),
    `address,203.0.113.7,90,${soon}`,
    'address,203.0.113.8,20,',
    'address,203.0.113.9,90,2020-01-01T00:00:00Z',
    'address,203.0.114.0/24,90,',
    'address,10.1.2.3,90,',
    'address,2001:db8::5,90,',
  ]
  writeFileSync(join(state, 'list.csv'), `${rows.join('\n')}\n`)
  davylamp(['intel', 'add', join(state, 'list.csv'), '--source', 'test'])

  const before = performance.now()
  const first = listed({ neverBlock: ['198.51.0.0/24'] })
  t.diagnostic(
    `${first.blocked} addresses in ${Math.round(performance.now() - before)} ms, start of the program included`,
  )
  // Without the 256 that are never blocked, the center, the doubtful, the ended, the network and the private one.
  assert.equal(first.blocked, 10_000 - 256 - 1 + 2)
  assert.equal(first.problem, undefined)
  const shown = new Map(blocked().map(one => [one.address, one]))
  assert.equal(shown.size, first.blocked)
  for (const one of ['203.0.113.8', '203.0.113.9', '10.1.2.3', '198.51.0.7', '198.51.7.9'])
    assert.ok(!shown.has(one), one)
  assert.ok(shown.get('2001:db8::5')?.listed)
  const [short, long] = [shown.get('203.0.113.7')?.seconds ?? 0, shown.get('198.51.1.0')?.seconds ?? 0]
  assert.ok(short > 0 && short <= 600, `${short} s`)
  assert.ok(long > 10_000 && long <= 10_800, `${long} s`)

  // Of its own for something that happened: it stays when the list goes, and is blocked although it is listed.
  davylamp(['block', 'add', '198.51.1.1', '--for', '1h'])
  assert.equal(blocked().filter(one => one.address === '198.51.1.1').length, 2)
  // Let through by hand: it stays open when the list is renewed.
  davylamp(['block', 'remove', '198.51.1.2'])
  const second = listed({ neverBlock: ['198.51.0.0/24'] })
  assert.equal(second.blocked, first.blocked - 1)
  assert.ok(!blocked().some(one => one.address === '198.51.1.2'))

  for (const [settings, mode] of [
    [{}, 'observe'],
    [{ indicators: false }, 'block'],
    [{ dryRun: true }, 'block'],
    [{ may: [] }, 'block'],
  ] as const) {
    listed()
    assert.deepEqual(listed(settings, mode), { blocked: 0, left: 0 })
    assert.deepEqual(
      blocked().map(one => one.address),
      ['198.51.1.1'],
    )
    assert.equal(existsSync(join(state, 'agent/listed.json')), false)
  }
  davylamp(['block', 'remove', '198.51.1.1'])
  listed()
  listed({}, 'off')
  assert.doesNotMatch(JSON.stringify(nftables([{ list: { tables: null } }])), /davylamp/)
  assert.equal(readFileSync(join(state, 'list.csv'), 'utf8').split('\n').length, rows.length + 1)
})
