import { z } from 'zod'
import { detection, response } from './events/detection.ts'
import { time } from './facts/shared.ts'

/**
 * What the agent or `davylamp watch` noticed on this host before a scan looked, in short. It explains; no verdict and no action may ever
 * stand on it: the file that it comes from is as trustworthy as root on that host.
 */
export const noticed = z.object({
  /** Id of the detection on its host; of several alike that of the first. */
  detection: z.string(),
  at: time,
  /** When it was noticed last, and how often, where that was more than once. */
  lastAt: time.optional(),
  times: z.number(),
  verdict: detection.shape.verdict,
  title: z.string(),
  subject: detection.shape.subject,
  /** The unit of systemd below which it happened: `cron.service`. */
  service: z.string().optional(),
  /** Nearest first: what started it (or wrote the file), what started that … They may have ended long ago. */
  chain: detection.shape.chain,
  /** What rules over events said, and a closer look. One sentence each. */
  because: z.array(z.string()),
  /** Whether its start was prevented, it was ended, an address blocked …, oldest first. */
  responses: z.array(response),
})
export type Noticed = z.infer<typeof noticed>

/** The same as a part of an incident. */
export const noticedPart = noticed.extend({
  /** Ids of the facts of the incident that it is about. */
  facts: z.array(z.string()),
})
export type NoticedPart = z.infer<typeof noticedPart>
