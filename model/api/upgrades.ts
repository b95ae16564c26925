import { z } from 'zod'
import { scope } from './hosts.ts'
import type { RouteTable } from './route.ts'

/**
 * Why an agent is not upgraded: it does not say that its host lets the center (agent.yml, release keys, an installed package); there is no
 * signed release for its processor; it has the newest; those that are newer replace later versions only; it is being upgraded now.
 */
export const upgradeHindrances = ['not-allowed', 'no-release', 'newest', 'step-missing', 'under-way'] as const
export type UpgradeHindrance = (typeof upgradeHindrances)[number]

export const upgradeObject = z.object({
  host: z.object({ id: z.uuid(), name: z.string() }),
  online: z.boolean(),
  /** Version that runs there; absent: it has never said. */
  from: z.string().optional(),
  /** The signed release that would take its place. */
  to: z.object({ version: z.string(), sha256: z.string() }).optional(),
  /** Set where `to` is not. */
  hindrance: z.enum(upgradeHindrances).optional(),
})
export type UpgradeObject = z.infer<typeof upgradeObject>

export const upgradeRoutes = {
  previewUpgrade: {
    method: 'POST',
    path: '/agents/upgrade-preview',
    needs: 'alerts:handle',
    subject: 'Agents',
    summary:
      'Which agents can be upgraded, from which version to which signed release of this center, and why others cannot.',
    body: z.strictObject({ scope }),
    answer: z.object({
      items: z.array(upgradeObject),
      /** So many other people, before hosts are asked. */
      approvalsNeeded: z.number().int(),
    }),
  },
  upgradeAgents: {
    method: 'POST',
    path: '/agents/upgrade',
    needs: 'alerts:handle',
    subject: 'Agents',
    summary:
      'Order the upgrades that a preview showed. Each host checks signature, version and what its owner allows, and goes back when the new version does not come up.',
    body: z.strictObject({
      /** Each with the release that the preview named; hosts that would get another one by now are refused. */
      hosts: z
        .array(z.strictObject({ host: z.uuid(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }))
        .min(1)
        .max(5_000),
    }),
    status: 202,
    answer: z.object({
      task: z.uuid(),
      hosts: z.number().int(),
      refused: z.array(z.object({ host: z.uuid(), reason: z.string() })),
    }),
  },
} as const satisfies RouteTable
