import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ImportRequest, importSource, updateSource } from '../detect/intel/feeds/index.ts'
import { type TestIdentity, testIdentity } from '../notify/testing/certificate.ts'
import { openIndicators, openSources, readSharedPlaces } from '../detect/intel/index.ts'
import { collectionId, startTaxiiServer, type TaxiiServer } from './taxii-server.ts'

const now = '2026-06-01T00:00:00.000Z'
const shared = readSharedPlaces('')

interface Bench {
  readonly intel: string
  readonly folder: string
  readonly server: TaxiiServer
  readonly request: ImportRequest
}

async function bench(t: TestContext, pages: 'next' | 'date' = 'next', identity?: TestIdentity): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-feeds-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const server = await startTaxiiServer({ pages, ...(identity === undefined ? {} : { identity }) })
  t.after(() => server.close())
  const [authFile, caFile] = [join(folder, 'auth'), join(folder, 'ca.pem')]
  writeFileSync(authFile, 'analyst:s3cret\n', { mode: 0o600 })
  writeFileSync(caFile, server.ca)
  return { folder, intel: join(folder, 'intel'), server, request: { name: 'feed', from: server.url, authFile, caFile } }
}

function indicator(number: number, pattern = `[domain-name:value = 'd${number}.example']`, more: object = {}) {
  return {
    added: `2026-05-01T00:00:00.${String(number).padStart(6, '0')}Z`,
    object: {
      type: 'indicator',
      id: `indicator--${number}`,
      pattern,
      pattern_type: 'stix',
      name: `number ${number}`,
      confidence: 85,
      ...more,
    },
  }
}

function domains(intel: string): string[] {
  return openSources(intel, gap => assert.fail(gap.why))
    .flatMap(source => {
      const found = [...source.all()].map(one => one.value)
      source.close()
      return found
    })
    .sort()
}

for (const pages of ['next', 'date'] as const)
  test(`a collection is read page by page (${pages}), and an update asks only for what is new`, async t => {
    const { intel, server, request } = await bench(t, pages)
    for (let number = 1; number <= 8; number++) server.objects.push(indicator(number))
    server.objects.push({ added: '2026-05-01T00:00:01Z', object: { type: 'malware', id: 'malware--1', name: 'x' } })
    const { source, taken } = await importSource(request, { intel, shared, now })
    assert.deepEqual(
      [source.kind, taken, domains(intel)],
      ['TAXII', 8, [1, 2, 3, 4, 5, 6, 7, 8].map(one => `d${one}.example`)],
    )
    assert.equal(server.asked.filter(path => path.includes('/objects/')).length, 3)
    server.objects.push(indicator(9), indicator(10, "[domain-name:value = 'd3.example']", { revoked: true }))
    server.asked.length = 0
    const updated = await updateSource(source, { intel, shared, now })
    assert.equal(updated.taken, 2)
    const [page] = server.asked.filter(path => path.includes('/objects/'))
    assert.equal(new URLSearchParams(page?.split('?')[1]).get('added_after'), '2026-05-01T00:00:00.000008Z')
    assert.deepEqual(
      domains(intel),
      [1, 2, 4, 5, 6, 7, 8, 9].map(one => `d${one}.example`),
    )
    const store = openIndicators(intel, { now, addGap: gap => assert.fail(gap.why) })
    t.after(() => store.close())
    assert.deepEqual(store.find('domain', 'x.d9.example'), [
      {
        type: 'domain',
        value: 'x.d9.example',
        source: 'feed',
        confidence: 85,
        about: 'number 9; listed as d9.example',
      },
    ])
    // Nothing new: what is there stays.
    await updateSource(updated.source, { intel, shared, now })
    assert.equal(domains(intel).length, 8)
    server.objects.splice(0, 6)
    await updateSource(updated.source, { intel, shared, now, whole: true })
    assert.deepEqual(domains(intel), ['d7.example', 'd8.example', 'd9.example'])
  })

test('collections go by id, alias or title; another name shows which there are', async t => {
  const { intel, server, request } = await bench(t)
  server.objects.push(indicator(1))
  for (const collection of [collectionId, 'miners', 'Miners'])
    assert.equal((await importSource({ ...request, collection }, { intel, shared, now })).taken, 1)
  await assert.rejects(
    importSource({ ...request, collection: 'other' }, { intel, shared, now }),
    new RegExp(`has no collection other. There are: ${collectionId} \\(Miners\\)`),
  )
  const root = { ...request, from: server.url.replace('taxii2', 'api1'), collection: 'miners' }
  assert.equal((await importSource(root, { intel, shared, now })).taken, 1)
})

for (const [name, status, headers, body, says] of [
  ['refuses', 403, {}, '', /answers 403: it wants to know who asks/],
  ['is a web site', 200, { 'content-type': 'text/html' }, '<html>', /no TAXII 2.1 server: it answers with text\/html/],
  ['sends no JSON', 200, { 'content-type': 'application/taxii+json;version=2.1' }, '{', /something else than JSON/],
  [
    'sends other JSON',
    200,
    { 'content-type': 'application/taxii+json;version=2.1' },
    '{"api_roots": 5}',
    /does not answer as TAXII 2\.1 says/,
  ],
  [
    'names no root',
    200,
    { 'content-type': 'application/taxii+json;version=2.1' },
    '{"title": "x"}',
    /names no API root/,
  ],
  ['leads to plain http', 302, { location: 'http://localhost/taxii2/' }, '', /is not https/],
] as const)
  test(`a server that ${name} changes nothing`, async t => {
    const { intel, server, request } = await bench(t)
    server.objects.push(indicator(1))
    const { source } = await importSource(request, { intel, shared, now })
    server.answerOnce(status, headers, body)
    await assert.rejects(updateSource(source, { intel, shared, now }), says)
    assert.deepEqual(domains(intel), ['d1.example'])
  })

test('a certificate of nobody, a wrong password and an open secret are told', async t => {
  const { intel, folder, server, request } = await bench(t)
  server.objects.push(indicator(1))
  const { caFile: _, ...untrusted } = request
  await assert.rejects(
    importSource(untrusted, { intel, shared, now }),
    /its certificate is not trusted \([A-Z_]+\); --ca FILE/,
  )
  writeFileSync(join(folder, 'wrong'), 'Bearer nobody\n', { mode: 0o600 })
  await assert.rejects(
    importSource({ ...request, authFile: join(folder, 'wrong') }, { intel, shared, now }),
    /answers 401/,
  )
  chmodSync(join(folder, 'auth'), 0o644)
  await assert.rejects(importSource(request, { intel, shared, now }), /others than its owner may read .*auth/)
  assert.deepEqual(domains(intel), [])
})

test('the secret goes to the server that was named, and to no other', async t => {
  const identity = await testIdentity(['localhost'])
  const { intel, server, request } = await bench(t, 'next', identity)
  const other = await bench(t, 'next', identity)
  const list = other.server.url.replace('/taxii2/', '/list.txt')
  server.answerOnce(302, { location: list }, '')
  assert.equal(
    (await importSource({ ...request, from: server.url.replace('/taxii2/', '/list') }, { intel, shared, now })).taken,
    1,
  )
  assert.equal(server.headers[0]?.authorization?.startsWith('Basic '), true)
  assert.equal(other.server.headers[0]?.authorization, undefined)
  server.answerOnce(
    200,
    { 'content-type': 'application/taxii+json;version=2.1' },
    JSON.stringify({ api_roots: [other.server.url.replace('taxii2', 'api1')] }),
  )
  await assert.rejects(importSource(request, { intel, shared, now }), /answers 401/)
  assert.equal(other.server.headers.at(-1)?.authorization, undefined)
})

test('a list at an address is followed through redirects, and read again by update', async t => {
  const { intel, server, request } = await bench(t)
  const { source } = await importSource(
    { ...request, from: server.url.replace('/taxii2/', '/moved') },
    { intel, shared, now },
  )
  assert.deepEqual([source.kind, domains(intel)], ['list', ['listed.example']])
  assert.equal((await updateSource(source, { intel, shared, now })).taken, 1)
})

test('a MISP feed in a folder is read by its manifest, and its hashes of values are left alone', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-feeds-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const feed = join(folder, 'feed')
  mkdirSync(feed)
  const id = '5c6f8d2a-1b2c-4d3e-8f4a-5b6c7d8e9f00'
  writeFileSync(join(feed, 'manifest.json'), JSON.stringify({ [id]: { info: 'x', timestamp: '1767225600' } }))
  writeFileSync(join(feed, 'hashes.csv'), `${'a'.repeat(32)},${id}\n`)
  writeFileSync(
    join(feed, `${id}.json`),
    JSON.stringify({ Event: { info: 'wave', Attribute: [{ type: 'domain', value: 'm.example', to_ids: true }] } }),
  )
  const intel = join(folder, 'intel')
  const { source } = await importSource({ name: 'misp', from: feed }, { intel, shared, now })
  assert.deepEqual([source.kind, source.counts], ['MISP', { domain: 1 }])
})

test('what joins a source counts as the source does; a stranger is believed as far as somebody wants', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-feeds-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const intel = join(folder, 'intel')
  const options = { intel, shared, now }
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const worth = (value: string) => {
    const store = openIndicators(intel, { now, addGap: gap => assert.fail(gap.why) })
    const found = store.find('domain', value).map(one => one.confidence)
    store.close()
    return found
  }
  await importSource(
    { name: 'feed', from: file('a.csv', 'domain,confidence\na.example,95\nb.example,\n'), confidence: 60, atMost: 75 },
    options,
  )
  await importSource(
    { name: 'feed', from: file('b.csv', 'domain,confidence\nc.example,95\nd.example,\n'), merge: true },
    options,
  )
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map(one => worth(`${one}.example`)),
    [[75], [60], [75], [60]],
  )
  const { server, request } = await bench(t)
  server.objects.push(indicator(1))
  await importSource({ ...request, name: 'taxii' }, options)
  await assert.rejects(
    importSource({ name: 'taxii', from: join(folder, 'a.csv'), merge: true }, options),
    /give it a name of its own/,
  )
})
