import { z } from 'zod'
import { identifiedFact } from './finding.ts'
import { noticedPart } from './noticed.ts'

/** Why two facts belong together. `from` and `to` are fact ids. */
export const edge = z.object({ from: z.string(), to: z.string(), reason: z.string() })
export type Edge = z.infer<typeof edge>

/** How it probably got in. Open until it is closed or accepted. */
export const entryPoint = z.object({
  /** `ssh-password`, `exposed-redis`, `exposed-docker`, `exposed-kubelet`, `web-application`, `failed-logins`, `login-key`, `database`, `ssh-session`, `unknown`. */
  what: z.string(),
  because: z.string(),
  confidence: z.enum(['high', 'medium', 'low']),
  advice: z.string(),
  fact: identifiedFact.optional(),
})
export type EntryPoint = z.infer<typeof entryPoint>

/** The findings and facts of one host that belong to one intrusion. */
export const incident = z.object({
  id: z.string(),
  verdict: z.enum(['confirmed', 'suspected', 'exposure']),
  title: z.string(),
  /** What a reader needs first: what runs, what starts it, what else was left. One sentence each. */
  summary: z.array(z.string()),
  families: z.array(z.string()),
  attribution: z.array(
    z.object({ family: z.string(), confidence: z.enum(['high', 'medium', 'low']), because: z.string() }),
  ),
  level: z.enum(['informational', 'low', 'medium', 'high', 'critical']),
  /** Finding ids. */
  findings: z.array(z.string()),
  /** Every fact that the plan would touch. */
  members: z.array(identifiedFact),
  /** Facts that explain but are not touched: the exposed service, the shared interpreter, the login. */
  context: z.array(identifiedFact),
  edges: z.array(edge),
  entryPoints: z.array(entryPoint),
  /** What was noticed of it as it happened, most telling first; absent where nothing was. It decides nothing. */
  noticed: z.array(noticedPart).optional(),
  attack: z.array(z.string()),
  /** Earliest time on which at least two sources agree, else the earliest of one source. */
  since: z.object({ at: z.string(), agreed: z.boolean(), because: z.string() }).optional(),
  mergedFrom: z.array(z.string()),
  /** Userland of this host cannot be trusted; cleaning it is not enough. */
  rebuildAdvised: z.array(z.string()),
})
export type Incident = z.infer<typeof incident>
export type Verdict = Incident['verdict']
