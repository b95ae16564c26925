import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { ContentMatch, Fact, ProcessFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import { messagesIn } from '../stratum/in-bytes.ts'
import { StratumSession } from '../stratum/session.ts'
import type { ContentScanner } from './content-scanner.ts'
import { holdsConnection } from './memory-connections.ts'
import { parseMemoryMap } from './memory-map.ts'
import { residentMemory } from './memory-pages.ts'
import { type MemoryPiece, piecesOf, readPiece } from './memory-reader.ts'
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
          for (const reason of cut) gaps.add(reason)
          await pace()
          if (seconds() > limits.seconds) {
            gaps.add('limit')
            break
          }
        }
      } catch (error) {
        look.failed(error)
      }
      for (const reason of look.gaps) gaps.add(reason)
      if (look.readBytes > 0) read++
      bytes += look.readBytes
      if (look.matches.length === 0 || !look.isSame()) continue
      fact.memoryMatches = look.matches
      if (look.session.bothSides && holdsConnection(target, fact, facts)) keepSession(fact, look.session)
    }
  } finally {
    scanner.close()
  }
  gaps.tell(target)
  return { processes: read, bytes, seconds: seconds() }
}

function keepSession(fact: ProcessFact, session: StratumSession): void {
  fact.miningSession = displayBytes(session.words)
  if (session.account !== undefined) fact.miningAccount = displayBytes(session.account).slice(0, 200)
}

/** The memory of one process while it is read. */
class MemoryLook {
  readonly #target: Target
  readonly #fact: ProcessFact
  readonly #shared: Set<string>
  readonly #matches = new Map<string, ContentMatch>()
  readonly session = new StratumSession()
  readonly gaps = new Set<string>()
  readBytes = 0

  constructor(target: Target, fact: ProcessFact, shared: Set<string>) {
    this.#target = target
    this.#fact = fact
    this.#shared = shared
  }

  *pieces(most: number): Generator<MemoryPiece> {
    const { pid, path, ownership, unownedLibraries } = this.#fact
    if (!this.isSame()) return
    const known = ownership === 'owned' || ownership === 'verified'
    const { stretches, bytes, cut } = residentMemory(pid, old => this.#regions(old), {
      wantsFile: name => unownedLibraries.includes(name) || (!known && name === path),
      firstSight: file => !this.#shared.has(file) && this.#shared.add(file) !== undefined,
    })
    if (cut) this.gaps.add('limit')
    for (const parts of piecesOf(stretches, most)) {
      yield readPiece(pid, parts)
      this.readBytes += parts.reduce((sum, { length }) => sum + length, 0)
    }
    if (bytes > most) this.gaps.add('limit')
  }

  #regions(old: boolean) {
    const path = `/proc/${this.#fact.pid}/${old ? 'smaps' : 'maps'}`
    return parseMemoryMap(this.#target.files.read(path, 64 * mega, 'fine')?.toString('latin1') ?? '')
  }

  keep(piece: MemoryPiece, matches: readonly ContentMatch[]): void {
    // Reading messages costs more than rules do, so it is done only where a rule saw something of mining.
    if (matches.length > 0) for (const message of messagesIn(piece.bytes)) this.session.add(message)
    for (const match of matches) {
      const before = this.#matches.get(match.rule)
      const offset = match.offset === undefined ? undefined : piece.addressOf(match.offset)
      const words = [...new Set([...(before?.words ?? []), ...match.words])].slice(0, 5)
      const first = before?.offset ?? offset
      this.#matches.set(match.rule, { rule: match.rule, words, ...(first === undefined ? {} : { offset: first }) })
    }
  }

  /** A process that ends while it is read is everyday life. */
  failed(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === 'ESRCH' || code === 'ENOENT') return
    if (code === undefined) throw error
    this.gaps.add(code === 'EPERM' || code === 'EACCES' ? 'permission' : 'unreadable')
  }

  /** False when the number belongs to another process by now. */
  isSame(): boolean {
    const text = this.#target.files.read(`/proc/${this.#fact.pid}/stat`, 4096, 'fine')?.toString('latin1') ?? ''
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]) === this.#fact.startTime
  }

  get matches(): ContentMatch[] {
    return [...this.#matches.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1))
  }
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

const reasons: Readonly<Record<string, string>> = {
  permission:
    'not allowed: needs root, and a kernel that lets root read the memory of others (kernel.yama.ptrace_scope)',
  limit: 'more memory than a scan of this kind reads',
  time: 'the rules took too long on a part of it',
  changed: 'it changed while it was read',
  unreadable: 'a part of it could not be read',
}

class GapCount {
  readonly #counts = new Map<string, number>()

  add(reason: string, count = 1): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count)
  }

  tell(target: Target): void {
    for (const [reason, count] of this.#counts)
      target.addGap({
        what: 'memory of processes',
        why: `${count === 1 ? 'one process' : `${count} processes`}: ${reasons[reason] ?? reason}`,
      })
  }
}
