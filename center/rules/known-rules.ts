import { sql } from 'kysely'
import { type CatalogueRule, packCatalogue, programCatalogue } from '../../rulebook/index.ts'
import type { Db } from '../context.ts'

/** A rule that hosts are judged by, and where it comes from. */
export interface KnownRule extends CatalogueRule {
  /** `davylamp`, or the name of a pack. */
  readonly source: string
}

/** Ids in alerts are no longer (center/ingest/alert-rows.ts), nor what a link to a rule may hold. */
const longestId = 200
/** Parsed packs that are kept: a pack never changes, its next version is another. */
const mostKept = 50

let own: readonly KnownRule[] | undefined
const parsed = new Map<string, readonly CatalogueRule[]>()

/** The rules of the program, then those of the packs that any host has; an id counts once, and the program's own wins as it does on hosts. */
export async function knownRules(db: Db): Promise<readonly KnownRule[]> {
  own ??= programCatalogue().map(rule => ({ ...rule, source: 'davylamp' }))
  const rules = new Map(own.map(rule => [rule.id, rule]))
  for (const { name, sha256, pack_id } of await packsOnHosts(db))
    for (const rule of await rulesOf(db, sha256, pack_id)) {
      const id = rule.id.slice(0, longestId).toWellFormed()
      if (!rules.has(id)) rules.set(id, { ...rule, id, source: name })
    }
  return [...rules.values()]
}

interface PackOnHosts {
  readonly name: string
  readonly sha256: string
  readonly pack_id: string
}

/** The newest first. What is older than a version that all hosts have is on none; center/gateway/policies.ts chooses the same way. */
async function packsOnHosts(db: Db): Promise<readonly PackOnHosts[]> {
  const { rows } = await sql<PackOnHosts>`
    SELECT name, sha256, pack_id FROM rule_pack p
    WHERE stage IN ('canary', 'half', 'all')
      AND version >= coalesce((SELECT max(version) FROM rule_pack w WHERE w.name = p.name AND w.stage = 'all'), 0)
    ORDER BY name, version DESC`.execute(db)
  return rows
}

async function rulesOf(db: Db, sha256: string, pack: string): Promise<readonly CatalogueRule[]> {
  // The rules alone are hashed: the same ones may have been uploaded with other cases.
  const key = `${sha256} ${pack}`
  const known = parsed.get(key)
  if (known !== undefined) return known
  const row = await db
    .selectFrom('rule_pack')
    .where('pack_id', '=', pack)
    .select(['content', 'cases'])
    .executeTakeFirstOrThrow()
  const rules = packCatalogue(row.content.toString(), row.cases.toString())
  parsed.set(key, rules)
  const [oldest] = parsed.keys()
  if (parsed.size > mostKept && oldest !== undefined) parsed.delete(oldest)
  return rules
}
