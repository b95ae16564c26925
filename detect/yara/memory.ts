import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Fact, ProcessFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { ContentScanner } from './content-scanner.ts'
import { holdsConnection } from './memory-connections.ts'
import { GapCount } from './memory-gaps.ts'
import { MemoryLook } from './memory-look.ts'
import { type MemoryChoice, memorySuspects } from './memory-suspects.ts'

export interface MemoryScanOptions {
  readonly which: MemoryChoice
  /** Opens the rules for memory. Called when there is something to read, and not before. */
  readonly open: () => ContentScanner | Promise<ContentScanner>
  readonly progress?: ((done: number, total: number, what: string) => void) | undefined
  /** Share of one core that this program may use, such as 0.2. */
  readonly cpu?: number | undefined
  readonly limits?: Partial<MemoryLimits> | undefined
}

/** What is left out because of them is told as a gap. */
export interface MemoryLimits {
  readonly bytesOfOne: number
  readonly bytesOfAll: number
  readonly seconds: number
}

export interface MemoryScan {
  readonly processes: number
  readonly bytes: number
  readonly seconds: number
}

const mega = 1 << 20
const limitsOf: Readonly<Record<MemoryChoice, MemoryLimits>> = {
  doubtful: { bytesOfOne: 128 * mega, bytesOfAll: 512 * mega, seconds: 10 },
  suspects: { bytesOfOne: 2048 * mega, bytesOfAll: 16_384 * mega, seconds: 600 },
  all: { bytesOfOne: 8192 * mega, bytesOfAll: 131_072 * mega, seconds: 3600 },
}

/**
 * Looks into the memory of processes and writes what rules said into `memoryMatches` of their facts. It reads pages that are
 * there, brings none in, and neither stops nor changes a process. What it could not read is a gap.
 */
export async function scanMemory(
  target: Target,
  facts: readonly Fact[],
  options: MemoryScanOptions,
): Promise<MemoryScan> {
  const startMs = performance.now()
  const seconds = () => (performance.now() - startMs) / 1000
  const processes = facts.filter((fact): fact is ProcessFact => fact.kind === 'process')
  const suspects = target.live ? memorySuspects(processes, options.which) : []
  const done: MemoryScan = { processes: 0, bytes: 0, seconds: 0 }
  if (suspects.length === 0) return done
  const limits = { ...limitsOf[options.which], ...options.limits }
  const scanner = await options.open()
  const pace = paceOf(options.cpu)
  const gaps = new GapCount()
  const shared = new Set<string>()
  let bytes = 0
  let read = 0
  try {
    for (const [at, fact] of suspects.entries()) {
      options.progress?.(at, suspects.length, `memory of ${fact.name} (${fact.pid})`)
      const left = Math.min(limits.bytesOfOne, limits.bytesOfAll - bytes)
      if (left <= 0 || seconds() > limits.seconds) {
        gaps.add('limit', suspects.length - at)
        break
      }
      const look = new MemoryLook(target, fact, shared)
      try {
        for (const piece of look.pieces(left)) {
          const { matches, cut } = scanner.scan(piece.bytes)
          look.keep(piece, matches)
          for (const reason of cut) look.gaps.add(reason)
          await pace()
          if (seconds() > limits.seconds) {
            look.gaps.add('limit')
            break
          }
        }
      } catch (error) {
        look.failed(error)
      }
      for (const reason of look.gaps) gaps.add(reason)
      if (look.readBytes > 0) read++
      bytes += look.readBytes
      if (!look.isSame()) continue
      keep(fact, look, () => holdsConnection(target, fact, facts))
    }
  } finally {
    scanner.close()
  }
  gaps.tell(target)
  return { processes: read, bytes, seconds: seconds() }
}

/** Rules about a talk with a pool: a text about mining is none. */
const aboutTalks = /^davylamp\/session_/

function keep(fact: ProcessFact, { matches, session }: MemoryLook, connected: () => boolean): void {
  const talks = session.bothSides || matches.some(match => aboutTalks.test(match.rule))
  const talking = talks && connected()
  const kept = talking ? matches : matches.filter(match => !aboutTalks.test(match.rule))
  if (kept.length > 0) fact.memoryMatches = kept
  if (!talking || !session.bothSides) return
  fact.miningSession = displayBytes(session.words)
  if (session.account !== undefined) fact.miningAccount = displayBytes(session.account).slice(0, 200)
}

/** Lets others have their turn, and holds this program to its share of a core. */
function paceOf(cpu: number | undefined): () => Promise<unknown> {
  const usedBefore = process.cpuUsage()
  const startMs = performance.now()
  return () => {
    if (cpu === undefined || cpu <= 0) return nextTurn()
    const { user, system } = process.cpuUsage(usedBefore)
    const dueMs = (user + system) / 1000 / cpu - (performance.now() - startMs)
    return dueMs < 1 ? nextTurn() : sleep(Math.min(dueMs, 5000))
  }
}
