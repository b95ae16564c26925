import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { canonicalHash } from '../../engine/index.ts'
import { type Plan, plan as planSchema } from '../../model/index.ts'
import { handlings } from '../../model/wire/index.ts'
import { readText, replaceJson } from '../own-files.ts'

const knownIncident = z.object({
  id: z.string(),
  verdict: z.enum(['confirmed', 'suspected', 'exposure']),
  title: z.string(),
  /** Finding ids. */
  findings: z.array(z.string()),
  /** Addresses of its own facts: what may be blocked because of it. */
  addresses: z.array(z.string()),
  seenAt: z.string(),
})
/** An incident that this host computed from built-in and local rules. */
export type KnownIncident = z.infer<typeof knownIncident>

const keptPlan = z.object({
  id: z.string(),
  incident: z.string(),
  finding: z.string().optional(),
  handling: z.enum(handlings),
  keptAt: z.string(),
})
/** For what a plan that lies in `plans/` was made. One plan may serve several handlings. */
export type KeptPlan = z.infer<typeof keptPlan>

const knownFile = z.object({
  format: z.literal('davylamp-known'),
  version: z.literal(1),
  incidents: z.array(knownIncident),
  plans: z.array(keptPlan),
})
type KnownFile = z.infer<typeof knownFile>

const mostIncidents = 500
const mostPlans = 2_000
const keepDays = 30

/** What a look found that an order may later be about. */
export interface Found {
  readonly incidents: readonly KnownIncident[]
  readonly plans: readonly { readonly kept: KeptPlan; readonly plan: Plan }[]
}

/** What this host itself found and would do about it, in `STATE/agent`: only what stands here can be ordered. */
export class KnownThings {
  readonly #folder: string

  constructor(own: string) {
    this.#folder = own
  }

  /** Adds what a look found, newest first, and forgets what is old. */
  keep({ incidents, plans }: Found, now: Date): void {
    const before = this.#read()
    const oldest = new Date(now.getTime() - keepDays * 86_400_000).toISOString()
    const fresh = new Set(incidents.map(one => one.id))
    const all: KnownFile = {
      format: 'davylamp-known',
      version: 1,
      incidents: [...incidents, ...before.incidents.filter(one => !fresh.has(one.id) && one.seenAt >= oldest)].slice(
        0,
        mostIncidents,
      ),
      plans: uniquePlans([...plans.map(one => one.kept), ...before.plans.filter(one => one.keptAt >= oldest)]).slice(
        0,
        mostPlans,
      ),
    }
    mkdirSync(this.#plans, { recursive: true, mode: 0o700 })
    const written = new Set(this.#files())
    for (const { plan } of plans)
      if (!written.has(`${plan.id}.json`)) {
        replaceJson(this.planPath(plan.id), plan)
        written.add(`${plan.id}.json`)
      }
    replaceJson(join(this.#folder, 'known.json'), all)
    const wanted = new Set(all.plans.map(one => `${one.id}.json`))
    for (const name of written) if (!wanted.has(name)) rmSync(join(this.#plans, name), { force: true })
  }

  incident(id: string): KnownIncident | undefined {
    return this.#read().incidents.find(one => one.id === id)
  }

  /** For what a plan was kept; empty when it was not. */
  keptFor(id: string): readonly KeptPlan[] {
    return this.#read().plans.filter(one => one.id === id)
  }

  /** A kept plan, its id checked against its bytes; undefined when it is missing or was changed. */
  plan(id: string): Plan | undefined {
    if (!/^[0-9a-f]{64}$/.test(id)) return undefined
    try {
      const path = this.planPath(id)
      if (statSync(path).size > largestPlan) return undefined
      const parsed = planSchema.parse(JSON.parse(readText(path) ?? ''))
      const { id: named, ...body } = parsed
      return named === id && canonicalHash(body) === id ? parsed : undefined
    } catch {
      return undefined
    }
  }

  planPath(id: string): string {
    return join(this.#plans, `${id}.json`)
  }

  get #plans(): string {
    return join(this.#folder, 'plans')
  }

  #files(): string[] {
    return readdirSync(this.#plans).filter(name => name.endsWith('.json'))
  }

  #read(): KnownFile {
    try {
      const text = readText(join(this.#folder, 'known.json'))
      if (text !== undefined) return knownFile.parse(JSON.parse(text))
    } catch {
      // Cut by a crash or of another version: the next look writes it anew, and until then nothing is known.
    }
    return { format: 'davylamp-known', version: 1, incidents: [], plans: [] }
  }
}

const largestPlan = 64 * 1_048_576

function uniquePlans(plans: readonly KeptPlan[]): KeptPlan[] {
  const keyed = plans.map(one => [`${one.id} ${one.incident} ${one.finding ?? ''} ${one.handling}`, one] as const)
  // The first one counts: it is the newest.
  return [...new Map(keyed.toReversed()).values()].reverse()
}
