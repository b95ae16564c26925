import { join } from 'node:path'
import type { Detection, Response } from '../../model/index.ts'
import type { AgentConfig, CenterPolicy, ResponseConfig } from '../../model/wire/index.ts'
import { isRecord, messageOf } from '../own-files.ts'
import { type AgentFolders, JobStopped } from '../ports.ts'
import type { Responder } from '../watch/ports.ts'
import { runChange } from '../work/child.ts'
import { unfinishedResponses } from '../work/run-follower.ts'
import { Batches } from './batches.ts'
import { earlyDecisions } from './early-decisions.ts'
import { HourLedger } from './hour-counts.ts'
import type { AddressToBlock, RespondLine, RespondRequest } from './request.ts'

/** What the responder is given. All of it may be called at any time. */
export interface ResponderParts {
  readonly folders: Pick<AgentFolders, 'state' | 'own'>
  readonly launcher: string
  config(): Pick<AgentConfig, 'response' | 'orders'>
  /** The center's policy, tightened by the local one. */
  policy(): Pick<CenterPolicy, 'prevention' | 'autoResponse'>
  centerAddresses(): Promise<readonly string[]>
  /** A run of the responder ended: whoever tells a center tells it now. */
  ran?(run: string): void
  log(line: string): void
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
const longestMs = 15 * 60_000
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
  const child = (request: Omit<RespondRequest, 'response' | 'mode' | 'centers'>) => ask(request, parts, ending.signal)
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
          const end = await runChild(['resume', '--', run], undefined, parts, ending.signal)
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

/** The local policy with what else of it binds here: what no order may touch, no response touches; a center that wants no clean-ups has none. */
function responseOf({ config, policy }: ResponderParts): ResponseConfig {
  const { response, orders } = config()
  const may = policy().autoResponse === 'confirmed' ? response.may : response.may.filter(kind => kind !== 'clean')
  return {
    ...response,
    may,
    protect: { ...response.protect, paths: [...response.protect.paths, ...orders.neverTouch] },
  }
}

async function ask(
  request: Omit<RespondRequest, 'response' | 'mode' | 'centers'>,
  parts: ResponderParts,
  signal: AbortSignal,
): Promise<RespondLine[]> {
  const whole: RespondRequest = {
    ...request,
    response: responseOf(parts),
    mode: parts.policy().prevention,
    centers: await parts.centerAddresses(),
  }
  const end = await runChild(['agent', 'respond'], JSON.stringify(whole), parts, signal, request.step)
  const lines = end.stdout.split('\n').flatMap(lineOf)
  if (end.status !== 0) parts.log(`a response ended with status ${end.status}: ${end.stderr.trim().slice(-500)}`)
  for (const run of new Set(lines.map(one => one.response.run))) if (run !== undefined) parts.ran?.(run)
  return lines
}

let children = 0

function runChild(
  words: readonly string[],
  input: string | undefined,
  { launcher, folders }: ResponderParts,
  signal: AbortSignal,
  step = 'resume',
) {
  children += 1
  return runChange({
    launcher,
    words: ['--json', '--state', folders.state, ...words],
    ...(input === undefined ? {} : { input }),
    output: join(folders.own, 'children', `response-${step}-${process.pid}-${children}`),
    // It is left to finish and nobody waits for it any longer.
    signal: AbortSignal.any([signal, AbortSignal.timeout(longestMs)]),
    onStart() {},
  })
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
