import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { alertRoutes, type Language, languages, storyRoutes } from '../../model/api/index.ts'
import type { Report } from '../../model/wire/index.ts'
import { alertHandlers } from '../alerts/index.ts'
import type { RawReply } from '../context.ts'
import { createIngest } from '../ingest/index.ts'
import { addAgent, spooledFrom, type TestCenter, testCenter } from '../ingest/testing/agents.ts'
import { ProblemError } from '../problem-error.ts'
import { callerOf, handlerCaller, type May, nobody, requestOf } from '../testing/handler-caller.ts'
import { openTestStore, type TestStore } from '../testing/index.ts'
import { documentOf } from './document.ts'
import { gather } from './gather.ts'
import { reportHandlers } from './index.ts'
import { richScan, runOf } from './testing/rich-incident.ts'
import { clockOf } from './times.ts'
import { wordsOf } from './words/index.ts'

let store: TestStore
let center: TestCenter
let incident = ''
const folder = mkdtempSync(join(tmpdir(), 'davylamp-report-'))
const handlers = reportHandlers({ program: 'davylamp 0.0.0' })

before(async () => {
  store = await openTestStore()
  center = testCenter(store)
  const agent = await addAgent(store, '../web 1"\r\n', { addresses: ['192.0.2.10'] })
  const ingest = createIngest(center)
  const spool = randomUUID()
  await ingest.hello(agent, spool)
  const scan = await richScan()
  const reports: Report[] = [
    { kind: 'scan', id: randomUUID(), scan: scan.scan },
    { kind: 'plans', scan: 's', plans: scan.plans },
    { kind: 'run', run: runOf(scan, 'left') },
  ]
  assert.deepEqual((await ingest.reports(agent, spool, spooledFrom(1, reports))).rejected, [])
  const alerts = handlerCaller(alertRoutes, alertHandlers, store, center)
  incident = (await alerts('listAlerts', { query: { about: 'incident' } })).items[0]?.id ?? ''
  await alerts('commentAlert', { params: { alert: incident }, body: { text: 'SECRET of the house' } })
})
after(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

interface Answer {
  readonly headers: Map<string, string>
  readonly body: Buffer
}

async function report(query: Record<string, string>, alert = incident, may: May = 'all'): Promise<Answer> {
  const headers = new Map<string, string>()
  let sent: Parameters<RawReply['send']>[0] = ''
  const input = { params: { alert }, query: storyRoutes.alertReport.query.parse(query), body: undefined }
  await store.store.tenant(store.tenant, db =>
    handlers.alertReport(input, {
      ...requestOf(db, center, callerOf(store.tenant, may)),
      reply: {
        header: (name, value) => void headers.set(name, value),
        status: () => assert.fail('it has no status of its own'),
        send: body => {
          sent = body
        },
      },
    }),
  )
  return { headers, body: await bytesOf(sent) }
}

/** Text at once, or what comes once the transaction is over. */
async function bytesOf(sent: Parameters<RawReply['send']>[0]): Promise<Buffer> {
  if (typeof sent === 'string' || sent instanceof Uint8Array) return Buffer.from(sent)
  const chunks: Buffer[] = []
  for await (const chunk of sent) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

test('the HTML fetches nothing, runs nothing, and what hosts say is text', async () => {
  const { headers, body } = await report({ format: 'html' })
  const html = body.toString()
  assert.equal(headers.get('content-disposition'), 'attachment; filename="davylamp-incident-web-1-2026-11-20.html"')
  assert.match(html, /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+'/)
  // Every tag is one of ours: what a host wrote never opens one.
  const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name = '']) => name.toLowerCase()))
  assert.deepEqual(
    [...tags].filter(name => !ours.has(name)),
    [],
  )
  const attributes = new Set(
    [...html.matchAll(/<[a-z0-9]+((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)].flatMap(([, all = '']) =>
      [...all.matchAll(/\s([\w:-]+)=?/g)].map(([, name = '']) => name),
    ),
  )
  assert.deepEqual(
    [...attributes].filter(name => name.startsWith('on') || name === 'href' || name === 'src' || name === 'style'),
    [],
  )
  assert.ok(html.includes('/var/tmp/.x/&lt;script&gt;alert(1)&lt;/script&gt;'))
  assert.ok(html.includes('[U+202E]gnp.exe'))
  assert.ok(!html.includes('\u202e') && !html.includes('SECRET'))
})

test('what is left to do is there once, also what is told by plan and proof', async () => {
  const html = (await report({ format: 'html' })).body.toString()
  assert.deepEqual(
    [...html.matchAll(/to do<\/strong>: ([^<]*)/g)].map(([, what]) => what),
    ['Renew the certificate', 'Tell the owner of web-2'],
  )
})

const ours = new Set(
  'html head meta title style body main header footer p h1 h2 dl div dt dd section ul li table thead tbody tr th td strong span code br figure svg g rect text polyline polygon time'.split(
    ' ',
  ),
)

for (const language of languages)
  test(`the PDF in ${language} has its text, its fonts and its structure`, async () => {
    const { headers, body } = await report({ format: 'pdf', language, timeZone: 'Asia/Jakarta' })
    assert.equal(headers.get('content-type'), 'application/pdf')
    const file = join(folder, `${language}.pdf`)
    writeFileSync(file, body)
    const info = ask('pdfinfo', [file])
    assert.match(info, /Tagged:\s+yes/)
    assert.match(info, /JavaScript:\s+no/)
    const fonts = ask('pdffonts', [file]).trim().split('\n').slice(2)
    assert.ok(fonts.length >= 2 && fonts.every(one => /NotoSans.* yes yes yes /.test(one)), fonts.join('\n'))
    const text = ask('pdftotext', ['-layout', file, '-'])
    for (const wanted of wantedIn(language)) assert.ok(text.replace(/\s+/g, ' ').includes(wanted), wanted)
    for (const hidden of ['SECRET', '\u202e', '\ufffd']) assert.ok(!text.includes(hidden))
    assert.match(ask('pdfinfo', ['-struct-text', file]), /^\s*Figure/m)
  })

/** Headings, a hostile name, and characters of other scripts; what no font has is named. */
function wantedIn(language: Language): string[] {
  const { sections, proofs, labels } = wordsOf[language]
  return [
    sections.happened,
    sections.timeline,
    sections.removed,
    sections.made,
    proofs.left,
    labels.result,
    '198.51.100.7',
    '<script>alert(1)</script>',
    '[U+202E]gnp.exe',
    '挖矿 マイナー [U+CC44]',
    'T1053.003',
  ]
}

test('what is drawn is no blank page', async () => {
  const { body } = await report({ format: 'pdf', language: 'zh' })
  const file = join(folder, 'pages.pdf')
  writeFileSync(file, body)
  ask('pdftoppm', ['-gray', '-r', '40', file, join(folder, 'page')])
  const pages = Number(/Pages:\s+(\d+)/.exec(ask('pdfinfo', [file]))?.[1])
  assert.ok(pages >= 4)
  for (let page = 1; page <= pages; page++) {
    const [pixels, rows] = linesOf(readFileSync(join(folder, `page-${page}.pgm`)))
    // Between the head and the foot that every page has.
    const middle = pixels.subarray(Math.floor(pixels.length * 0.08), Math.floor(pixels.length * 0.93))
    assert.ok(rows > 400 && middle.some(one => one < 128), `page ${page}`)
  }
})

/** The pixels of a grey picture (pgm(5), P5), and how many rows they have. */
function linesOf(file: Buffer): [pixels: Buffer, rows: number] {
  const [head = '', width, height] = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(file.toString('latin1', 0, 40)) ?? []
  const pixels = file.subarray(head.length)
  assert.equal(pixels.length, Number(width) * Number(height))
  return [pixels, Number(height)]
}

test('a report is for whoever may read the alert, and says when a zone is none', async () => {
  const refused = (status: number) => (error: unknown) => error instanceof ProblemError && error.status === status
  await assert.rejects(report({}, incident, [randomUUID()]), refused(404))
  await assert.rejects(report({}, nobody), refused(404))
  await assert.rejects(report({ timeZone: 'Nowhere' }), refused(400))
  const { body } = await report({ format: 'html' }, incident, { 'alerts:read': 'all' })
  assert.ok(!body.includes('192.0.2.10'))
})

test('whoever may not see the host is told so, not that nothing was removed', async () => {
  const { sections, sentences, notes } = wordsOf.en
  const { body } = await report({ format: 'html' }, incident, { 'alerts:read': 'all' })
  assert.equal(body.toString().split(sentences.standing.unseen).length, 3, 'at its top and among its sections')
  const untold = [
    ...[sections.planned, sections.proof, sections.advice].map(one => `>${one}<`),
    ...[notes.nothingRemoved, notes.noPlan, notes.nothingLeft, sentences.standing.open],
  ]
  assert.deepEqual(
    untold.filter(one => body.includes(one)),
    [],
  )
})

test('however much a host says that it did, no table is longer than people read', async () => {
  const asked = { language: 'en', program: 'davylamp 0.0.0', madeAt: center.clock() } as const
  const input = await store.store.tenant(store.tenant, db => gather(db, callerOf(store.tenant, 'all'), incident, asked))
  const { alertCase } = input
  const [run, clock] = [alertCase.runs?.[0], clockOf('en', 'UTC')]
  const [step, checked] = [run?.actions[0], run?.proof?.checked[0]]
  const key = alertCase.incident?.members.find(one => one.kind === 'login-key')
  assert.ok(run?.proof && step && checked && clock && alertCase.incident && key?.kind === 'login-key')
  const members = Array.from({ length: 1_000 }, (_, place) => ({ ...key, fingerprint: `SHA256:${place}` }))
  const long = {
    ...run,
    actions: Array<typeof step>(1_000).fill(step),
    proof: { ...run.proof, checked: Array<typeof checked>(1_000).fill(checked) },
  }
  const large = { ...alertCase, runs: [long], incident: { ...alertCase.incident, members } }
  const { sections } = documentOf({ ...input, alertCase: large }, clock)
  const tables = sections.flatMap(({ blocks }) =>
    blocks.flatMap(one => (one.kind === 'table' ? [one.rows.length] : [])),
  )
  assert.deepEqual([Math.max(...tables), tables.filter(one => one === 200).length], [200, 3])
  assert.equal(JSON.stringify(sections).match(/and \d\d+ more/g)?.length, 3, 'and how many more there are')
})

test('a finding has a report of its own', async () => {
  const alerts = handlerCaller(alertRoutes, alertHandlers, store, center)
  const { findings } = await alerts('getAlert', { params: { alert: incident } })
  const { body } = await report({ format: 'html', language: 'ja' }, findings[0]?.id)
  assert.ok(body.includes(wordsOf.ja.sections.why))
  assert.ok(body.includes(wordsOf.ja.sections.removed), 'what a run removed of its incident')
})

function ask(program: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 64 << 20 })
  assert.equal(status, 0, `${program}: ${error?.message ?? stderr}`)
  return stdout
}
