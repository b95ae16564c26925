import { gunzipSync } from 'node:zlib'
import { authEvent, decodeBytes, type LogLine, parseLogLine, type Target, zoneOffset } from '../../target/index.ts'
import { type AuthEntry, compact, wordKeeper } from './auth-entry.ts'
import { readJournals } from './journals.ts'

export interface AuthLogs {
  /** In order of time. */
  readonly entries: readonly AuthEntry[]
  /** False where the host has no such log, in text or in the journal. */
  readonly found: boolean
}

const mostBytes = 64 << 20
const mostEntries = 200_000
const blockBytes = 1 << 20
const mostCompressed = 8 << 20
const mostUnpacked = 32 << 20
const logName = /^(?:auth\.log|secure|authlog)(?:[.-][\w.-]*)?$/
const telling = /(?:sshd|dropbear|useradd|adduser|usermod|userdel|passwd)/

const read = new WeakMap<Target, { atMs: number; logs: AuthLogs }>()
const freshMs = 60_000

/**
 * What auth.log and secure tell, rotated and compressed ones too: the newest 64 MiB. Where they are not there or say nothing,
 * what systemd's journal tells. Remembered for a minute.
 */
export function authLogs(target: Target): AuthLogs {
  const before = read.get(target)
  if (before && performance.now() - before.atMs < freshMs) return before.logs
  const logs = readLogs(target)
  read.set(target, { atMs: performance.now(), logs })
  return logs
}

function readLogs(target: Target): AuthLogs {
  const entries: AuthEntry[] = []
  const files = (target.files.list('/var/log') ?? [])
    .filter(name => logName.test(name))
    .map(name => ({ path: `/var/log/${name}`, stat: target.files.stat(`/var/log/${name}`) }))
    .filter(({ stat }) => stat?.type === 'file')
    .sort((a, b) => (b.stat?.modifiedMs ?? 0) - (a.stat?.modifiedMs ?? 0))
  let left = mostBytes
  for (const { path, stat } of files) {
    if (left <= 0 || entries.length >= mostEntries) {
      target.addGap({ what: 'older log-ins', why: `only the newest ${mostBytes >> 20} MiB of logs are read`, path })
      break
    }
    left -= readLog(target, path, stat?.modifiedMs ?? 0, left, entries)
  }
  const journals = entries.length > 0 ? undefined : readJournals(target)
  if (journals !== undefined) entries.push(...journals)
  entries.sort((a, b) => a.atMs - b.atMs)
  return { entries, found: files.length > 0 || journals !== undefined }
}

/** Returns how many bytes it read. */
function readLog(target: Target, path: string, writtenMs: number, left: number, entries: AuthEntry[]): number {
  const from = entries.length
  let last: LogLine | undefined
  let bytes = 0
  const own = wordKeeper(decodeLatin)
  for (const block of blocksOf(target, path, left)) {
    bytes += block.length
    for (const line of block.split('\n')) {
      if (entries.length >= mostEntries || line.length > 4096 || !telling.test(line)) continue
      const parsed = parseLogLine(line, writtenMs)
      if (!parsed) continue
      last = parsed
      const event = authEvent(parsed.program, parsed.message)
      if (event) entries.push(compact(event, path, parsed.atMs, own))
    }
  }
  const offset = last && !last.exact ? zoneOffset(last.atMs, writtenMs) : 0
  if (offset !== 0)
    for (const [at, entry] of entries.entries()) if (at >= from) entries[at] = { ...entry, atMs: entry.atMs + offset }
  return bytes
}

/** Blocks of whole lines, a byte a character; of a log that is too long the end. */
function* blocksOf(target: Target, path: string, left: number): Iterable<string> {
  if (path.endsWith('.gz')) return yield unpacked(target, path)
  if (/\.(?:xz|bz2|zst)$/.test(path)) return target.addGap({ what: path, why: 'this compression is not read', path })
  const size = target.files.stat(path)?.size ?? 0
  let offset = Math.max(0, size - left)
  if (offset > 0) target.addGap({ what: path, why: `only its last ${left} bytes were read`, path })
  let rest = ''
  for (;;) {
    const block = target.files.slice(path, offset, blockBytes)
    if (!block || block.length === 0 || offset - size > blockBytes) break
    offset += block.length
    const text = rest + block.toString('latin1')
    const end = text.lastIndexOf('\n') + 1
    yield text.slice(0, end)
    // A line that never ends is none.
    rest = text.length - end > blockBytes ? '' : text.slice(end)
  }
  yield rest
}

function unpacked(target: Target, path: string): string {
  const packed = target.files.read(path, mostCompressed)
  if (!packed || packed.length === 0) return ''
  try {
    return gunzipSync(packed, { maxOutputLength: mostUnpacked }).toString('latin1')
  } catch {
    target.addGap({ what: path, why: 'could not be unpacked, or is too long', path })
    return ''
  }
}

function decodeLatin(text: string): string {
  return decodeBytes(Buffer.from(text, 'latin1'))
}
