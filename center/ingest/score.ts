import type { Scan } from '../../model/index.ts'

/** An alert that is there now, as far as the score asks. */
export interface ScoredAlert {
  readonly about: string
  readonly verdict: string
  /** 0 informational to 4 critical. */
  readonly level: number
  readonly status: string
  /** Belongs to an incident, which is counted itself. */
  readonly child: boolean
  /** So many that are the same in all of this; 1 when absent. */
  readonly times?: number
}

export interface ScoreReason {
  readonly what: string
  /** What it takes away. */
  readonly points: number
  readonly text: string
}

export interface Score {
  /** 0 (worst) to 100. */
  readonly score: number
  readonly reasons: readonly ScoreReason[]
}

/** Points for the first and for each further one, and the most that all of a kind take away. */
const weights = {
  confirmed: { first: 60, more: 10, most: 80, one: 'confirmed intrusion', many: 'confirmed intrusions' },
  suspected: { first: 30, more: 5, most: 45, one: 'suspected intrusion', many: 'suspected intrusions' },
  exposure: { first: 12, more: 4, most: 24, one: 'open door', many: 'open doors' },
  finding: {
    first: 4,
    more: 2,
    most: 12,
    one: 'serious finding outside of an incident',
    many: 'serious findings outside of incidents',
  },
} as const
type Weighed = keyof typeof weights

/** 100 less what stands open and was not ignored or allowed, and what could not be looked at. Pure; the same scan gives the same score. */
export function scoreOf(alerts: readonly ScoredAlert[], scan: Pick<Scan, 'gaps' | 'incidents'>): Score {
  return scoreFrom(alerts, reasonsOfScan(scan))
}

/** Takes the place of the score of an earlier look at the host, of which only what alerts say is another now. */
export function scoreAgain(alerts: readonly ScoredAlert[], before: readonly ScoreReason[]): Score {
  return scoreFrom(
    alerts,
    before.filter(one => !(one.what in weights)),
  )
}

function scoreFrom(alerts: readonly ScoredAlert[], others: readonly ScoreReason[]): Score {
  const counted = new Map<Weighed, number>()
  for (const alert of alerts) {
    const kind = weighedAs(alert)
    if (kind !== undefined) counted.set(kind, (counted.get(kind) ?? 0) + (alert.times ?? 1))
  }
  const reasons: ScoreReason[] = []
  for (const [kind, { first, more, most, one, many }] of Object.entries(weights) as [
    Weighed,
    (typeof weights)[Weighed],
  ][]) {
    const count = counted.get(kind) ?? 0
    if (count === 0) continue
    const points = Math.min(first + (count - 1) * more, most)
    reasons.push({ what: kind, points, text: `${count} ${count === 1 ? one : many}` })
  }
  reasons.push(...others)
  const taken = reasons.reduce((sum, one) => sum + one.points, 0)
  return { score: Math.max(0, 100 - taken), reasons }
}

function reasonsOfScan(scan: Pick<Scan, 'gaps' | 'incidents'>): ScoreReason[] {
  const reasons: ScoreReason[] = []
  if (scan.incidents.some(one => one.rebuildAdvised.length > 0))
    reasons.push({ what: 'rebuild-advised', points: 20, text: 'the host cannot be trusted any more: rebuild it' })
  const blind = scan.gaps.filter(one => one.what === 'processes' || one.what === 'sockets').length
  if (blind > 0) reasons.push({ what: 'gaps', points: 5, text: 'processes or connections could not be looked at' })
  return reasons
}

function weighedAs({ about, verdict, level, status, child }: ScoredAlert): Weighed | undefined {
  if (child || status === 'ignored' || status === 'allowed' || status === 'handled') return undefined
  if (about === 'finding') return level >= 3 ? 'finding' : undefined
  return verdict === 'confirmed' || verdict === 'suspected' || verdict === 'exposure' ? verdict : undefined
}
