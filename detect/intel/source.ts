import { createHash } from 'node:crypto'
import { z } from 'zod'
import { indicatorTypes } from '../../model/index.ts'

/** `intel/` of a state folder holds one folder for each source; this is its `source.json`, which names what counts of the rest. */
export const source = z.object({
  format: z.literal('davylamp-indicators'),
  version: z.literal(1),
  name: z.string(),
  /** File, folder or address from which it came; `-` for standard input. */
  from: z.string(),
  kind: z.string(),
  addedAt: z.string(),
  updatedAt: z.string(),
  /** Its own people stand for it: what it does not say is certain. */
  own: z.boolean(),
  /** For entries that say no confidence of their own. */
  confidence: z.number().min(0).max(100).optional(),
  /** Days after which entries that name no end match no more. */
  days: z.number().optional(),
  counts: z.partialRecord(z.enum(indicatorTypes), z.number()),
  /** Lengths of the networks among its addresses. */
  prefixes: z.array(z.number()),
  /** The first moment at which one of them ends. */
  firstEnd: z.string().optional(),
  /** What could not be used, in words, with how often. */
  left: z.array(z.object({ why: z.string(), count: z.number() })),
  /** The folder beside this file that holds the tables. */
  tables: z.string().regex(/^[0-9a-z-]+$/),
  /** SHA-256 of the index of each table. */
  indexes: z.record(z.string(), z.string()),
  /** What an update of it needs: options of the import, the collection, when it was last asked. */
  again: z.record(z.string(), z.string()),
})
export type Source = z.infer<typeof source>

/** The folder of a source below `intel/`: its name may hold anything. */
export function sourceFolder(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 16)
}
