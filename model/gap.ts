import { z } from 'zod'

/** What could not be looked at, and why. Never turned into "nothing found". */
export const gap = z.object({
  /** Short name of what is missing, such as `sockets` or `/root/.ssh`. */
  what: z.string(),
  /** Plain reason, such as `needs a running system` or `permission denied`. */
  why: z.string(),
  path: z.string().optional(),
})
export type Gap = z.infer<typeof gap>
