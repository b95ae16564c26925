import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { RespondRequest } from '../../agent/response/index.ts'
import { detection, preventionState } from '../../model/index.ts'
import { responseConfig } from '../../model/wire/index.ts'
import { CommandError } from '../command-error.ts'

const request = z.object({
  step: z.enum(['addresses', 'incident', 'block', 'listed']),
  detections: z.array(detection).max(1_000),
  addresses: z.array(z.object({ address: z.string(), seconds: z.number(), because: z.string() })).max(10_000),
  response: responseConfig,
  mode: preventionState.shape.mode,
  centers: z.array(z.string()),
}) satisfies z.ZodType<RespondRequest>

/** What the agent asks, from standard input. */
export function readRequest(): RespondRequest {
  let given: unknown
  try {
    given = JSON.parse(readFileSync(0, 'utf8'))
  } catch {
    throw new CommandError('standard input is no JSON')
  }
  const parsed = request.safeParse(given)
  if (!parsed.success) throw new CommandError('standard input is no request of the agent')
  return parsed.data
}
