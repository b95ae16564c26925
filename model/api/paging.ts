import { z } from 'zod'

/** Keyset pagination: `after` is the `next` of the page before, an opaque text. */
export const paging = {
  after: z.string().max(4_000).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
}

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    /** Absent on the last page. */
    next: z.string().optional(),
  })
}

/** RFC 9457, `application/problem+json`. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** What to do about it. */
  detail: z.string().optional(),
  instance: z.string().optional(),
  /** Which field is wrong, and how. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof problem>
