import type { ApiClient } from '../../../client/index.ts'
import type { Figures } from './figures.ts'
import { percentile, time } from './figures.ts'
import type { Filled } from './fill.ts'
import type { Fleet } from './fleet.ts'
import { clientWith } from './people.ts'

type Query = NonNullable<NonNullable<Parameters<ApiClient['listAlerts']>[0]>['query']>

const times = 20
/** The issue: p95 of the list at 1 M alerts and 10,000 hosts. */
const wantedMs = 100

/** What people ask of the list, over HTTPS with an API token, one question after the other. */
export async function measureLists(fleet: Fleet, filled: Filled, figures: Figures): Promise<void> {
  const clients = fleet.tokens.map(token => clientWith(fleet.listening, token))
  const all: number[] = []
  let asked = 0
  for (const [what, query] of questions(filled)) {
    const took: number[] = []
    let found = 0
    for (let time = 0; time < times; time++) {
      const client = clients[asked++ % clients.length]
      if (client === undefined) throw new Error('there is no API token')
      const at = performance.now()
      const { items } = await client.listAlerts({ query })
      took.push(performance.now() - at)
      found = items.length
    }
    all.push(...took)
    figures.say(`${what}: ${found} found, p50 ${time(percentile(took, 50))}, p95 ${time(percentile(took, 95))}`)
  }
  const p95 = percentile(all, 95)
  figures.add(
    `alert list at ${filled.alerts} alerts and ${filled.hosts} hosts, ${questions(filled).length} filters, ${all.length} requests`,
    `p50 ${time(percentile(all, 50))}, p95 ${time(p95)}, longest ${time(percentile(all, 100))}`,
    `p95 ≤ ${wantedMs} ms`,
    p95 <= wantedMs,
  )
  await measureWalk(fleet, figures)
  await measureCounts(fleet, figures)
}

function questions({ host, group, campaign, hash }: Filled): readonly (readonly [string, Query])[] {
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
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

async function measureCounts({ listening, tokens }: Fleet, figures: Figures): Promise<void> {
  const client = clientWith(listening, tokens[1] ?? '')
  const took: number[] = []
  for (let round = 0; round < times; round++) {
    const at = performance.now()
    await client.alertCounts({ query: {} })
    took.push(performance.now() - at)
  }
  figures.add(
    'counts of open alerts, by type and level',
    `p50 ${time(percentile(took, 50))}, p95 ${time(percentile(took, 95))}`,
  )
}
