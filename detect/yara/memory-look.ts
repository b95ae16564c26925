import type { ContentMatch, ProcessFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import { messagesIn } from '../stratum/in-bytes.ts'
import { StratumSession } from '../stratum/session.ts'
import { parseMemoryMap } from './memory-map.ts'
import { residentMemory } from './memory-pages.ts'
import { type MemoryPiece, piecesOf, readPiece } from './memory-reader.ts'

const mostMapBytes = 64 << 20
const mostDescriptors = 4096
const smallFile = 1 << 20

/** rules/yara/mining-talk.yar: it only says where messages are to be read. */
const leadingRule = 'davylamp/mining_talk'

/** The memory of one process, and the odd files that it holds open, while they are read. */
export class MemoryLook {
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
    yield* this.#openFiles()
  }

  /** Small files that it holds open and that were deleted, or lie where droppers put things: configurations among them. */
  *#openFiles(): Generator<MemoryPiece> {
    const { pid, openFiles } = this.#fact
    if (openFiles.length === 0) return
    for (const fd of this.#target.files.list(`/proc/${pid}/fd`, mostDescriptors) ?? []) {
      const link = `/proc/${pid}/fd/${fd}`
      const says = this.#target.files.readLink(link)
      if (says === undefined || !openFiles.includes(displayBytes(says))) continue
      if ((this.#target.files.stat(link)?.size ?? smallFile) >= smallFile) continue
      const bytes = this.#target.files.read(link, smallFile, 'fine')
      if (bytes !== undefined && bytes.length > 0) yield { bytes }
    }
  }

  #regions(old: boolean) {
    const path = `/proc/${this.#fact.pid}/${old ? 'smaps' : 'maps'}`
    return parseMemoryMap(this.#target.files.read(path, mostMapBytes, 'fine')?.toString('latin1') ?? '')
  }

  keep(piece: MemoryPiece, matches: readonly ContentMatch[]): void {
    // Reading messages costs more than rules do, so it is done only where a rule saw something of mining.
    if (matches.length > 0) for (const message of messagesIn(piece.bytes)) this.session.add(message)
    for (const match of matches) {
      if (match.rule === leadingRule) continue
      const before = this.#matches.get(match.rule)
      const offset = match.offset === undefined ? undefined : piece.addressOf?.(match.offset)
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
