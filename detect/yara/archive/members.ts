import { type ArchiveKind, archiveKind, kindBytes } from './archive-kind.ts'
import { ArchiveBudget, ArchiveCut, type ArchiveLimits, type CutReason } from './budget.ts'
import { ByteStream } from './byte-stream.ts'
import { type PackedBytes, unpacked } from './decompress.ts'
import { type Member, tarMembers } from './tar.ts'
import { zipMembers } from './zip.ts'

/**
 * The files in an archive, one level deep: a packed tar counts as one level. `look` reads the content of each as far as it wants. Never
 * throws for what an archive holds; the result says why something was not looked at.
 */
export function lookIntoArchive(
  kind: ArchiveKind,
  packed: PackedBytes,
  limits: ArchiveLimits,
  look: (member: Member) => void,
): ReadonlySet<CutReason> {
  const cut = new Set<CutReason>()
  const budget = new ArchiveBudget(limits)
  const members = membersOf(kind, packed, budget, reason => cut.add(reason))
  try {
    for (const { name, content } of members) {
      try {
        look({ name, content: withoutNested(content, () => cut.add('nested')) })
      } catch (error) {
        // A damaged member of a zip says nothing about the next; in a stream nothing can be found behind the fault.
        if (!(error instanceof ArchiveCut) || kind !== 'zip' || error.reason !== 'damaged') throw error
        cut.add(error.reason)
      }
    }
  } catch (error) {
    if (!(error instanceof ArchiveCut)) throw error
    cut.add(error.reason)
  }
  return cut
}

function* membersOf(
  kind: ArchiveKind,
  packed: PackedBytes,
  budget: ArchiveBudget,
  passOver: (reason: CutReason) => void,
): Generator<Member> {
  if (kind === 'zip') {
    yield* zipMembers(packed, budget, passOver)
    return
  }
  const stream = new ByteStream(kind === 'tar' ? plain(packed, budget) : unpacked(kind, packed, budget))
  const head = stream.take(kindBytes)
  const isTar = kind === 'tar' || archiveKind(head) === 'tar'
  stream.putBack(head)
  if (isTar) yield* tarMembers(stream, budget)
  else yield { name: Buffer.from('(content)'), content: stream.rest() }
}

const pieceBytes = 256 * 1024

function* plain(packed: PackedBytes, budget: ArchiveBudget): Generator<Uint8Array> {
  for (let at = 0; at < packed.size; ) {
    const piece = packed.read(at, pieceBytes)
    if (piece.length === 0) return
    budget.takePacked(piece.length)
    yield* budget.admitted(piece)
    at += piece.length
  }
}

/** An archive in an archive is looked at as bytes, and not opened. */
function* withoutNested(content: Iterable<Uint8Array>, found: () => void): Generator<Uint8Array> {
  let first = true
  for (const piece of content) {
    if (first && archiveKind(piece) !== undefined) found()
    first = false
    yield piece
  }
}
