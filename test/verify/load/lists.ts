import type { ApiClient } from '../../../client/index.ts'
import type { Figures } from './figures.ts'
import { percentile, time } from './figures.ts'
import type { Filled } from './fill.ts'
import type { FilledDetections } from './fill-detections.ts'
import type { Fleet } from './fleet.ts'
import { clientWith } from './people.ts'

type QueryOf<F extends 'listAlerts' | 'listDetections'> = NonNullable<NonNullable<Parameters<ApiClient[F]>[0]>['query']>
type AlertQuery = QueryOf<'listAlerts'>
type DetectionQuery = QueryOf<'listDetections'>

const times = 20
/** The issue: p95 of the list at 1 M alerts and 10,000 hosts; as much for detections. */
const wantedMs = 100

/** What people ask of the list of alerts, over HTTPS with an API token, one question after the other. */
export async function measureLists(fleet: Fleet, filled: Filled, figures: Figures): Promise<void> {
  const questions = aboutAlerts(filled)
  await measureList(
    fleet,
    `alert list at ${filled.alerts} alerts and ${filled.hosts} hosts`,
    questions.map(([what, query]) => [what, client => client.listAlerts({ query })]),
    figures,
  )
  await measureWalk(fleet, figures)
  await measureCounts(
    fleet,
    'counts of open alerts, by type and level',
    client => client.alertCounts({ query: {} }),
    figures,
  )
}

/** The same of what agents noticed as it happened. */
export async function measureDetections(fleet: Fleet, filled: FilledDetections, figures: Figures): Promise<void> {
  const questions = aboutDetections(filled)
  await measureList(
    fleet,
    `list of detections at ${filled.detections} detections and ${filled.hosts} hosts`,
    questions.map(([what, query]) => [what, client => client.listDetections({ query })]),
    figures,
  )
  for (const [since, query] of [
    ['of a day', {}],
    ['of 30 days', { since: ago(30) }],
  ] as const)
    await measureCounts(fleet, `counts of detections ${since}`, client => client.detectionCounts({ query }), figures)
}

type Question = readonly [what: string, ask: (client: ApiClient) => Promise<{ readonly items: readonly unknown[] }>]

async function measureList(
  { listening, tokens }: Fleet,
  what: string,
  questions: readonly Question[],
  figures: Figures,
): Promise<void> {
  const clients = tokens.map(token => clientWith(listening, token))
  const all: number[] = []
  let asked = 0
  for (const [about, ask] of questions) {
    const took: number[] = []
    let found = 0
    for (let time = 0; time < times; time++) {
      const client = clients[asked++ % clients.length]
      if (client === undefined) throw new Error('there is no API token')
      const at = performance.now()
      const { items } = await ask(client)
      took.push(performance.now() - at)
      found = items.length
    }
    all.push(...took)
    figures.say(`${about}: ${found} found, p50 ${time(percentile(took, 50))}, p95 ${time(percentile(took, 95))}`)
  }
  const p95 = percentile(all, 95)
  figures.add(
    `${what}, ${questions.length} filters, ${all.length} requests`,
    `p50 ${time(percentile(all, 50))}, p95 ${time(p95)}, longest ${time(percentile(all, 100))}`,
    `p95 ≤ ${wantedMs} ms`,
    p95 <= wantedMs,
  )
}

function ago(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString()
}

function aboutAlerts({ host, group, campaign, hash }: Filled): readonly (readonly [string, AlertQuery])[] {
  return [
    ['newest', {}],
    ['open', { status: 'open' }],
    ['handled', { status: 'handled' }],
    ['critical', { level: 'critical' }],
    ['open, high or worse', { status: 'open', atLeast: 'high' }],
    ['of one type', { type: 'mining' }],
    ['open of a rare type', { status: 'open', type: 'rootkit' }],
    ['findings', { about: 'finding' }],
    ['confirmed', { verdict: 'confirmed' }],
    ['of one host', { host }],
    ['of one group', { group }],
    ['of one region', { region: 'region 3' }],
    ['of one family', { family: 'family-7' }],
    ['of a rare family', { family: 'rare' }],
    ['of a family that there is not', { family: 'none' }],
    ['of one rule', { rule: 'rule-17' }],
    ['with one hash', { hash }],
    ['with a hash that there is not', { hash: 'f'.repeat(64) }],
    ['of one campaign', { campaign }],
    ['assigned to somebody', { assignedTo: 'mira' }],
    ['assigned to nobody there is', { assignedTo: 'nobody' }],
    ['one day, 60 days ago', { since: ago(60), until: ago(59) }],
    ['a word in the title', { text: 'number 17 ' }],
    ['the name of a host', { text: 'filled-00500' }],
    ['a word that there is not', { text: 'zzz' }],
    ['open in a region, with a word', { status: 'open', region: 'region 1', text: 'hidden' }],
  ]
}

function aboutDetections({ host, group, alert }: FilledDetections): readonly (readonly [string, DetectionQuery])[] {
  return [
    ['newest', {}],
    ['confirmed', { verdict: 'confirmed' }],
    ['suspected', { verdict: 'suspected' }],
    ['high or worse', { atLeast: 'high' }],
    ['prevented', { outcome: 'prevented' }],
    ['ended', { outcome: 'ended' }],
    ['told', { outcome: 'told' }],
    ['what failed, which is rare', { outcome: 'failed' }],
    ['what was cleaned, of which there is none', { outcome: 'cleaned' }],
    ['files', { subject: 'file' }],
    ['of one host', { host }],
    ['ended on one host', { host, outcome: 'ended' }],
    ['of one group', { group }],
    ['confirmed of one group', { group, verdict: 'confirmed' }],
    ['of one alert', { alert }],
    ['of an alert that has none', { alert: '00000000-0000-7000-8000-00000000000a' }],
    ['one day, 60 days ago', { since: ago(60), until: ago(59) }],
    ['a word in the title', { text: 'number 17 ' }],
    ['a path', { text: '/srv/app-77/run' }],
    ['an address', { text: '198.51.100.77' }],
    ['the name of a host', { text: 'filled-00500' }],
    ['a word that there is not', { text: 'zzz' }],
    ['confirmed in a group, with a word', { group, verdict: 'confirmed', text: 'downloads' }],
  ]
}

/** Page after page, as an export does. */
async function measureWalk({ listening, tokens }: Fleet, figures: Figures): Promise<void> {
  const client = clientWith(listening, tokens[0] ?? '')
  const took: number[] = []
  let after: string | undefined
  for (let page = 0; page < 50; page++) {
    const at = performance.now()
    const answer = await client.listAlerts({ query: { limit: 200, ...(after === undefined ? {} : { after }) } })
    took.push(performance.now() - at)
    after = answer.next
  }
  figures.add(
    '50 pages of 200, one after the other',
    `p50 ${time(percentile(took, 50))}, last ${time(took.at(-1) ?? 0)}`,
  )
}

async function measureCounts(
  { listening, tokens }: Fleet,
  what: string,
  ask: (client: ApiClient) => Promise<unknown>,
  figures: Figures,
): Promise<void> {
  const client = clientWith(listening, tokens[1] ?? '')
  const took: number[] = []
  for (let round = 0; round < times; round++) {
    const at = performance.now()
    await ask(client)
    took.push(performance.now() - at)
  }
  figures.add(what, `p50 ${time(percentile(took, 50))}, p95 ${time(percentile(took, 95))}`)
}
