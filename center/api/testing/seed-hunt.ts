import type { Db } from '../../context.ts'
import { uuid7 } from '../../uuid7.ts'
import type { Things } from './things.ts'

interface Around {
  readonly tenant_id: string
  readonly group: string
  readonly marker: string
  readonly wide: string
  readonly alert: string
  readonly host: string
}

/** Campaigns are seen with one of their alerts, allowances and blocks by their scope; indicators and packs are the whole tenant's. */
export async function seedHunt(db: Db, { tenant_id, group, marker, wide, alert, host }: Around): Promise<Things> {
  const [campaign, allowance, block, indicator, pack] = [uuid7(), uuid7(), uuid7(), uuid7(), uuid7()]
  const now = new Date()
  const expires_at = new Date(now.getTime() + 86_400_000)
  const scope = JSON.stringify({ groups: [group] })
  const by = { tenant_id, created_by: marker }
  await db
    .insertInto('campaign')
    .values({
      tenant_id,
      campaign_id: campaign,
      name: marker,
      first_host_id: host,
      first_seen: now,
      last_seen: now,
      hosts: 1,
      shared: JSON.stringify([{ kind: 'path', term: `/${marker}`, hosts: 1 }]),
    })
    .execute()
  await db.updateTable('alert').set({ campaign_id: campaign }).where('alert_id', '=', alert).execute()
  await db
    .insertInto('allow_rule')
    .values({ ...by, allow_id: allowance, scope, condition: JSON.stringify({ path: `/${marker}` }), reason: marker })
    .execute()
  await db
    .insertInto('block_entry')
    .values({ ...by, block_id: block, address: '203.0.113.66', scope, reason: marker, expires_at })
    .execute()
  await db
    .insertInto('indicator')
    .values({ tenant_id, indicator_id: indicator, kind: 'domain', value: `${wide}.example`, source: 'seed' })
    .execute()
  await db
    .insertInto('rule_pack')
    .values({
      ...by,
      pack_id: pack,
      name: `${wide}-pack`,
      created_by: wide,
      version: 1,
      sha256: 'a'.repeat(64),
      content: Buffer.from(ruleOf(wide)),
      rules: 1,
      stage: 'all',
    })
    .execute()
  return { campaign, allowance, block, indicator, pack, rule: `${wide}-rule` }
}

function ruleOf(marker: string): string {
  return `title: ${marker}
id: ${marker}-rule
logsource: { category: process }
detection: { name: { name: ${marker} }, condition: name }
`
}
