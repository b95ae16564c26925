import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { type AuditHead, auditHead } from '../../model/api/index.ts'
import type { Center } from '../context.ts'
import { headOf } from './audit.ts'

const line = auditHead.extend({ tenant: z.uuid(), writtenAt: z.iso.datetime() })

/** Mebibytes of heads would be centuries; a longer file is no work of ours. */
const mostBytes = 16 * 1024 * 1024

/** Where heads are kept outside of the store. Copy it elsewhere as well: who can write both can lie in both. */
export function auditHeadsPath(state: string): string {
  return join(state, 'center', 'audit-heads.jsonl')
}

/** Writes the head of each tenant's log to the file and the log. To be called daily and at the stop; writes nothing when nothing is new. */
export async function keepAuditHeads(center: Pick<Center, 'store' | 'log' | 'clock' | 'settings'>): Promise<void> {
  const heads = await center.store.system(async db => {
    const tenants = await db.selectFrom('tenant').select('tenant_id').execute()
    const all = []
    for (const { tenant_id } of tenants) all.push({ tenant: tenant_id, head: await headOf(db, tenant_id) })
    return all
  })
  const path = auditHeadsPath(center.settings.state)
  for (const { tenant, head } of heads) {
    const last = (await readAuditHeads(center.settings.state, tenant)).at(-1)
    if (head.sequence === 0 || (last && last.sequence === head.sequence && last.hash === head.hash)) continue
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const written = { tenant, ...head, writtenAt: center.clock().toISOString() }
    await appendFile(path, `${JSON.stringify(written)}\n`, { mode: 0o600 })
    center.log.info('head of the audit log', written)
  }
}

/** Heads that were kept for a tenant, oldest first. Lines that are none (a write cut short) are left out. */
export async function readAuditHeads(state: string, tenant: string): Promise<AuditHead[]> {
  const text = await readFile(auditHeadsPath(state), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (text.length > mostBytes) throw new Error(`${auditHeadsPath(state)} is far too large to be a list of heads.`)
  return text.split('\n').flatMap(one => {
    const parsed = line.safeParse(json(one))
    if (!parsed.success || parsed.data.tenant !== tenant) return []
    const { sequence, hash, at } = parsed.data
    return [{ sequence, hash, ...(at === undefined ? {} : { at }) }]
  })
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
