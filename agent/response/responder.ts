import type { Detection, Response } from '../../model/index.ts'
import { isRecord, messageOf } from '../own-files.ts'
import { JobStopped } from '../ports.ts'
import type { Responder } from '../watch/ports.ts'
import { unfinishedResponses } from '../work/run-follower.ts'
import { Batches } from './batches.ts'
import { askChild, type Asked, type ChildParts, responseOf, runChild } from './child.ts'
import { earlyDecisions } from './early-decisions.ts'
import { HourLedger } from './hour-counts.ts'
import type { AddressToBlock, RespondLine } from './request.ts'

/** What the responder is given. All of it may be called at any time. */
export interface ResponderParts extends ChildParts {
  /** A run of the responder ended: whoever tells a center tells it now. */
  ran?(run: string): void
  /** So long it is waited for further detections of one incident. */
  readonly settleMs?: number
}

/** A `Responder` that also blocks what the agent has other reasons for, and goes on with what a crash cut off. */
export interface AgentResponder extends Responder {
  /** Never throws. */
  block(addresses: readonly AddressToBlock[]): Promise<readonly Response[]>
  /** Once, at the start of the agent. */
  resume(): Promise<void>
}

const usualSettleMs = 2_000
const mostAtOnce = 50
/** What nothing could be done about is not looked at again so soon. */
const restMs = 10 * 60_000
const mostRemembered = 1_000

/**
 * Does what may be done by itself about what is confirmed. Its work is done by children (`davylamp agent respond`) that are left to finish:
 * addresses at once, whole incidents one after the other.
 */
export function makeResponder(parts: ResponderParts): AgentResponder {
  const ending = new AbortController()
  const ledger = new HourLedger(parts.folders.own, 'agent')
  const fruitless = new Map<string, number>()
  const child = (request: Asked) => ask(request, parts, ending.signal)
  const addresses = new Batches<Detection, RespondLine[]>({
    settleMs: 0,
    mostAtOnce,
    work: detections => child({ step: 'addresses', detections, addresses: [] }),
  })
  const incidents = new Batches<Detection, RespondLine[]>({
    settleMs: parts.settleMs ?? usualSettleMs,
    mostAtOnce,
    work: detections => child({ step: 'incident', detections, addresses: [] }),
  })
  const told = (lines: readonly RespondLine[], { id }: Detection) =>
    lines.filter(one => one.detections.includes(id)).map(one => one.response)

  return {
    async respond(detection) {
      if (ending.signal.aborted || detection.verdict !== 'confirmed') return []
      try {
        const { prevention } = parts.policy()
        const early = earlyDecisions(detection, responseOf(parts), prevention, ledger.counts(), new Date())
        const key = `${detection.subject.kind} ${detection.subject.path ?? detection.subject.pid ?? detection.id}`
        const looks = early.incident && (fruitless.get(key) ?? 0) < performance.now()
        const [blocked, handled] = await Promise.all([
          early.addresses ? addresses.add(detection) : [],
          looks ? incidents.add(detection) : [],
        ])
        const ofIncident = told(handled, detection)
        if (looks && !ofIncident.some(one => one.outcome === 'done'))
          remember(fruitless, key, performance.now() + restMs)
        return [...early.told, ...told(blocked, detection), ...ofIncident]
      } catch (error) {
        if (!(error instanceof JobStopped)) parts.log(`a response failed: ${messageOf(error)}`)
        return []
      }
    },
    async block(named) {
      if (ending.signal.aborted || named.length === 0) return []
      try {
        const lines = await child({ step: 'block', detections: [], addresses: named })
        return lines.map(one => one.response)
      } catch (error) {
        parts.log(`addresses could not be blocked: ${messageOf(error)}`)
        return []
      }
    },
    async resume() {
      for (const run of unfinishedResponses(parts.folders.state))
        try {
          const end = await runChild(['resume', '--', run], parts, ending.signal)
          parts.log(`response ${run} was cut off; it was taken up again (status ${end.status})`)
          parts.ran?.(run)
        } catch (error) {
          parts.log(`response ${run} was cut off, and could not be taken up: ${messageOf(error)}`)
        }
    },
    async close() {
      ending.abort()
      await Promise.allSettled([addresses.close(), incidents.close()])
    },
  }
}

async function ask(request: Asked, parts: ResponderParts, signal: AbortSignal): Promise<RespondLine[]> {
  const end = await askChild(request, parts, signal)
  const lines = end.stdout.split('\n').flatMap(lineOf)
  if (end.status !== 0) parts.log(`a response ended with status ${end.status}: ${end.stderr.trim().slice(-500)}`)
  for (const run of new Set(lines.map(one => one.response.run))) if (run !== undefined) parts.ran?.(run)
  return lines
}

function lineOf(text: string): RespondLine[] {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) && Array.isArray(value['detections']) && isRecord(value['response'])
      ? [value as unknown as RespondLine]
      : []
  } catch {
    return []
  }
}

/** The oldest is forgotten first. */
function remember(known: Map<string, number>, key: string, until: number): void {
  known.delete(key)
  known.set(key, until)
  const [oldest] = known.keys()
  if (known.size > mostRemembered && oldest !== undefined) known.delete(oldest)
}
