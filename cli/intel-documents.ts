import { z } from 'zod'
import { indicatorMatch, indicatorTypes } from '../model/index.ts'

const counts = z.partialRecord(z.enum(indicatorTypes), z.number())
const left = z.object({ why: z.string(), count: z.number() })

const source = z.object({
  name: z.string(),
  from: z.string(),
  kind: z.string(),
  addedAt: z.string(),
  updatedAt: z.string(),
  own: z.boolean(),
  confidence: z.number().optional(),
  days: z.number().optional(),
  counts,
  firstEnd: z.string().optional(),
  left: z.array(left),
})

/** What the commands of `intel` print with `--json`. */
export const intelDocuments = {
  intel: z.object({ format: z.literal('davylamp-intel'), version: z.literal(1), sources: z.array(source) }),
  'intel-added': z.object({
    format: z.literal('davylamp-intel-added'),
    version: z.literal(1),
    sources: z.array(
      z.object({
        name: z.string(),
        kind: z.string(),
        /** Entries that were used; values that are in it twice count twice. */
        taken: z.number(),
        counts,
        left: z.array(left.extend({ examples: z.array(z.string()) })),
      }),
    ),
    /** Of an update: sources that could not be read again and stay as they were. */
    failed: z.array(z.object({ source: z.string(), why: z.string() })).optional(),
  }),
  'intel-lookup': z.object({
    format: z.literal('davylamp-intel-lookup'),
    version: z.literal(1),
    values: z.array(z.object({ value: z.string(), matches: z.array(indicatorMatch) })),
  }),
  'intel-indicators': z.object({
    format: z.literal('davylamp-intel-indicators'),
    version: z.literal(1),
    source: z.string(),
    indicators: z.array(indicatorMatch.omit({ source: true })),
  }),
  'intel-stats': z.object({
    format: z.literal('davylamp-intel-stats'),
    version: z.literal(1),
    sources: z.number(),
    counts,
    memoryBytes: z.number(),
    diskBytes: z.number(),
    problems: z.array(z.string()),
  }),
  'intel-removed': z.object({
    format: z.literal('davylamp-intel-removed'),
    version: z.literal(1),
    removed: z.array(z.string()),
  }),
} as const
