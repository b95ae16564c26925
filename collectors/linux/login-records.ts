import { decodeBytes, type Target } from '../../target/index.ts'

/** One record of wtmp or btmp (utmp(5)). */
export interface LoginRecord {
  /** 7 is a log-in, 6 a log-in that was tried. */
  readonly type: number
  readonly user: string
  readonly host: string
  readonly atMs: number
}

const mostBytes = 8 << 20
const userProcess = 7

/** The records of wtmp or btmp, at most the newest 8 MiB. A rubbish record is skipped. */
export function readLoginRecords(target: Target, path: string): LoginRecord[] {
  const size = target.files.stat(path)?.size ?? 0
  const layout = layoutOf(size)
  if (!layout) return []
  const whole = Math.floor(mostBytes / layout.bytes) * layout.bytes
  const start = Math.max(0, size - whole)
  if (start > 0) target.addGap({ what: path, why: `only its last ${whole} bytes were read`, path })
  return parseLoginRecords(target.files.slice(path, start, whole) ?? Buffer.alloc(0), layout)
}

interface Layout {
  readonly bytes: number
  readonly wideTime: boolean
}

/** x86-64 keeps 32-bit times for the sake of old programs, 64-bit Arm does not. */
export function layoutOf(size: number): Layout | undefined {
  if (size === 0) return undefined
  return size % 400 === 0 && size % 384 !== 0 ? { bytes: 400, wideTime: true } : { bytes: 384, wideTime: false }
}

export function parseLoginRecords(content: Buffer, { bytes, wideTime }: Layout): LoginRecord[] {
  const records: LoginRecord[] = []
  for (let at = 0; at + bytes <= content.length; at += bytes) {
    const type = content.readInt16LE(at)
    const seconds = wideTime ? Number(content.readBigInt64LE(at + 344)) : content.readUInt32LE(at + 340)
    if (type < 1 || type > 9 || seconds <= 0 || seconds > 8e12) continue
    records.push({ type, user: field(content, at + 44, 32), host: field(content, at + 76, 256), atMs: seconds * 1000 })
  }
  return records
}

/** When each account was last there, by name: wtmp and lastlog. */
export function lastLogins(
  target: Target,
  people: readonly { readonly name: string; readonly uid: number }[],
): Map<string, number> {
  const last = new Map<string, number>()
  const note = (user: string, atMs: number): void => {
    if (atMs > (last.get(user) ?? 0)) last.set(user, atMs)
  }
  for (const path of ['/var/log/wtmp', '/var/log/wtmp.1']) {
    for (const { type, user, atMs } of readLoginRecords(target, path)) if (type === userProcess) note(user, atMs)
  }
  for (const { name, uid } of people) {
    // lastlog is a sparse array by uid: each record is one look, whatever its size says.
    const seconds = uid < 2 ** 31 ? target.files.slice('/var/log/lastlog', uid * 292, 4) : undefined
    if (seconds?.length === 4) note(name, seconds.readUInt32LE(0) * 1000)
  }
  return last
}

function field(content: Buffer, at: number, length: number): string {
  const bytes = content.subarray(at, at + length)
  const end = bytes.indexOf(0)
  return decodeBytes(end < 0 ? bytes : bytes.subarray(0, end))
}
