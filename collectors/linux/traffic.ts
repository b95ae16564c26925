import type { SocketRow, Target } from '../../target/index.ts'

interface TrafficNote {
  readonly atMs: number
  readonly sent: ReadonlyMap<string, number>
}

const notes = new WeakMap<Target, TrafficNote>()

/** Remembers how much every connection has sent so far, so that the look at sockets later has something to compare with. */
export function noteTraffic(target: Target, rows: readonly SocketRow[] = target.sockets?.rows() ?? []): void {
  const sent = new Map<string, number>()
  for (const row of rows) if (row.bytesSent !== undefined) sent.set(connectionKey(row), row.bytesSent)
  notes.set(target, { atMs: performance.now(), sent })
}

/** Milliseconds since the note; undefined without one. */
export function noteAge(target: Target): number | undefined {
  const note = notes.get(target)
  return note && performance.now() - note.atMs
}

/** Bytes a minute sent since the note; undefined for a connection that was not there then. */
export function sentPerMinute(target: Target, row: SocketRow): number | undefined {
  const note = notes.get(target)
  const before = note?.sent.get(connectionKey(row))
  if (!note || before === undefined || row.bytesSent === undefined) return undefined
  const minutes = (performance.now() - note.atMs) / 60_000
  return minutes <= 0 ? undefined : Math.round(Math.max(0, row.bytesSent - before) / minutes)
}

function connectionKey(row: SocketRow): string {
  return `${row.inode} ${row.localAddress} ${row.localPort} ${row.remoteAddress} ${row.remotePort}`
}
