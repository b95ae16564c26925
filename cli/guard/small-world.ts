import { type Around, collectFacts, type Collector, type SeenContent } from '../../collectors/index.ts'
import { type Assessment, assess, type Detect, type JudgingRule } from '../../engine/index.ts'
import type { EventFinding, Fact, IdentifiedFact } from '../../model/index.ts'
import { ownSession } from '../own-session.ts'
import type { Knowledge } from './knowledge.ts'

/** The facts around single processes and files. */
export function collectAround(
  knowledge: Knowledge,
  collectors: readonly Collector[],
  around: Around,
  contents: ReadonlyMap<string, SeenContent>,
): Promise<{ facts: Fact[] }> {
  return collectFacts(knowledge.target(), collectors, { around, contents })
}

/** What rules over events said of one process counts as said of its fact. */
export interface FromEvents {
  readonly pid: number
  readonly findings: readonly EventFinding[]
}

/** Judges a few facts as a scan judges all of a host. */
export function assessAround(knowledge: Knowledge, facts: readonly Fact[], events?: FromEvents): Assessment {
  const target = knowledge.target()
  knowledge.lists().mark(facts, target)
  return assess({
    facts,
    gaps: [],
    live: true,
    detect: withEvents(knowledge.rules.detector(), events),
    allow: knowledge.allow,
    earlier: [],
    protectedPids: session(),
    ownPaths: knowledge.ownPaths(),
    now: new Date().toISOString(),
  })
}

const sessionLastsMs = 10_000
let [ancestors, askAgainAt] = [new Set<number>(), 0]

/** Who made the guard is somebody else only when that one ended; asking for each program took a sixth of judging it. */
function session(): ReadonlySet<number> {
  const now = performance.now()
  if (now >= askAgainAt) {
    ancestors = ownSession()
    askAgainAt = now + sessionLastsMs
  }
  return ancestors
}

function withEvents(detect: Detect, events: FromEvents | undefined): Detect {
  if (events === undefined || events.findings.length === 0) return detect
  const said = events.findings.map(judgingRule)
  return (event, kind) => {
    const found = detect(event, kind)
    return kind === 'process' && event['pid'] === events.pid ? [...found, ...said] : found
  }
}

function judgingRule(finding: EventFinding): JudgingRule {
  const { rule, level, attack, families, because, conclusive, specific } = finding
  return {
    ...rule,
    level,
    tags: [...attack.map(id => `attack.${id.toLowerCase()}`), ...families.map(name => `family.${name}`)],
    meaning: {
      class: finding.class,
      conclusive,
      joins: false,
      // The sentence is made already: what stands in braces came from the host.
      because: '{said}',
      ...(specific === undefined ? {} : { specific }),
    },
    values: { said: because },
  }
}

/** What findings about some of the facts add up to, and what they say. */
export interface Opinion {
  readonly verdict: 'confirmed' | 'suspected' | 'harmless'
  readonly findings: readonly Assessment['judged'][number]['finding'][]
}

/**
 * What belongs to an intrusion only because it lies beside it has no finding of its own and is harmless here: nothing is done at once
 * about that. What somebody allowed is harmless too.
 */
export function opinionOn(assessment: Assessment, isMeant: (fact: IdentifiedFact) => boolean): Opinion {
  const { judged, incidents } = assessment
  const findings = judged.map(one => one.finding).filter(one => isMeant(one.fact) && one.allowed === undefined)
  const ids = new Set(findings.map(one => one.id))
  const touched = incidents.filter(one => one.findings.some(id => ids.has(id)))
  const verdict = (['confirmed', 'suspected'] as const).find(name => touched.some(one => one.verdict === name))
  return { verdict: verdict ?? 'harmless', findings }
}
