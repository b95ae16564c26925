import type { CenterFrame, CenterPolicy } from '../../model/wire/index.ts'
import { isRecord } from '../own-files.ts'

/** `largestFrame` and `largestReport` of model/wire; a test holds them equal. They are not imported: see ports.ts. */
export const mostFrameBytes = 8 * 1_048_576
export const mostReportBytes = 4 * 1_048_576
export const spokenProtocol = 1

/** A frame of the center. An order in it is unchecked: only the child that judges it knows what an order is. */
export type HeardFrame =
  | Exclude<CenterFrame, { type: 'order' }>
  | { readonly type: 'order'; readonly order: unknown }
  /** A type that a newer center knows: passed over. */
  | { readonly type: 'unknown' }

/**
 * Reads one frame, by hand (the schema's library is too large for this process): everything that is used is checked, nothing else
 * is taken over. `undefined`: not what the protocol says.
 */
export function readFrame(text: string): HeardFrame | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return frameOf(value)
}

export function frameOf(value: unknown): HeardFrame | undefined {
  if (!isRecord(value) || typeof value['type'] !== 'string') return undefined
  const reader = Object.hasOwn(readers, value['type']) ? readers[value['type']] : undefined
  return reader === undefined ? { type: 'unknown' } : reader(value)
}

type Fields = Readonly<Record<string, unknown>>

const readers: Readonly<Record<string, (frame: Fields) => HeardFrame | undefined>> = {
  welcome(frame) {
    const { protocol, clock, acknowledged, pingSeconds, reconnectSpreadSeconds } = frame
    if (!isCount(protocol) || !isTime(clock) || !isCount(acknowledged)) return undefined
    if (!isWithin(pingSeconds, 1, 3_600) || !isWithin(reconnectSpreadSeconds, 0, 86_400)) return undefined
    return { type: 'welcome', protocol, clock, acknowledged, pingSeconds, reconnectSpreadSeconds }
  },
  acknowledged({ through, rejected }) {
    if (!isCount(through) || !Array.isArray(rejected) || rejected.length > 200) return undefined
    const read = rejected.map((one: unknown) => {
      if (!isRecord(one) || !isCount(one['sequence']) || typeof one['reason'] !== 'string') return undefined
      return { sequence: one['sequence'], reason: one['reason'].slice(0, 1_000) }
    })
    const whole = read.filter(one => one !== undefined)
    return whole.length === read.length ? { type: 'acknowledged', through, rejected: whole } : undefined
  },
  order: ({ order }) => (isRecord(order) ? { type: 'order', order } : undefined),
  policy({ policy }) {
    const read = readPolicy(policy)
    return read === undefined ? undefined : { type: 'policy', policy: read }
  },
  rules({ packs }) {
    if (!Array.isArray(packs) || packs.length > 200) return undefined
    const read = packs.map((one: unknown) => {
      if (!isRecord(one) || !isCount(one['version'])) return undefined
      const { name, version, sha256 } = one
      if (typeof name !== 'string' || name.length > 100) return undefined
      return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) ? { name, version, sha256 } : undefined
    })
    const whole = read.filter(one => one !== undefined)
    return whole.length === read.length ? { type: 'rules', packs: whole } : undefined
  },
  wait: ({ seconds }) => (isWithin(seconds, 0, 86_400) ? { type: 'wait', seconds } : undefined),
  goodbye({ reason, detail, reconnectAfterSeconds }) {
    const known = goodbyes.find(one => one === reason)
    if (known === undefined) return undefined
    return {
      type: 'goodbye',
      reason: known,
      ...(typeof detail === 'string' ? { detail: detail.slice(0, 1_000) } : {}),
      ...(isWithin(reconnectAfterSeconds, 0, 86_400) ? { reconnectAfterSeconds } : {}),
    }
  },
}

const goodbyes = ['restart', 'replaced', 'revoked', 'pending', 'unknown-protocol', 'misbehaved'] as const

/** `centerPolicy` of model/wire/policy.ts, by hand. */
export function readPolicy(value: unknown): CenterPolicy | undefined {
  if (!isRecord(value) || !isRecord(value['scan']) || !isRecord(value['scan']['quick'])) return undefined
  const { version, inventoryEveryMinutes, reportCostEveryMinutes, laterLooks, prevention, autoResponse } = value
  const { cpuPercent, full } = value['scan']
  const { everyMinutes } = value['scan']['quick']
  if (!isWhole(version, 1, Number.MAX_SAFE_INTEGER) || !isWhole(cpuPercent, 1, 100)) return undefined
  if (!isWhole(everyMinutes, 5, 10_080) || !isWhole(inventoryEveryMinutes, 5, 10_080)) return undefined
  if (!isWhole(reportCostEveryMinutes, 1, 1_440) || typeof laterLooks !== 'boolean') return undefined
  if (prevention !== 'off' && prevention !== 'observe' && prevention !== 'block') return undefined
  if (autoResponse !== 'off' && autoResponse !== 'confirmed') return undefined
  const often = full === undefined ? undefined : readFull(full)
  if (full !== undefined && often === undefined) return undefined
  return {
    version,
    scan: { quick: { everyMinutes }, ...(often === undefined ? {} : { full: often }), cpuPercent },
    inventoryEveryMinutes,
    reportCostEveryMinutes,
    laterLooks,
    prevention,
    autoResponse,
  }
}

function readFull(value: unknown): { everyDays: number; at: string } | undefined {
  if (!isRecord(value)) return undefined
  const { everyDays, at } = value
  if (!isWhole(everyDays, 1, 90)) return undefined
  return typeof at === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(at) ? { everyDays, at } : undefined
}

function isCount(value: unknown): value is number {
  return isWhole(value, 0, Number.MAX_SAFE_INTEGER)
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return isWithin(value, least, most) && Number.isSafeInteger(value)
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && value.length < 40 && !Number.isNaN(Date.parse(value))
}
