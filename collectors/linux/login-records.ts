import { layoutOf, type LoginRecord, parseLoginRecords, recordTypes, type Target } from '../../target/index.ts'

const mostBytes = 8 << 20

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
    for (const { type, user, atMs } of readLoginRecords(target, path))
      if (type === recordTypes.loggedIn) note(user, atMs)
  }
  for (const { name, uid } of people) {
    // lastlog is a sparse array by uid: each record is one look, whatever its size says.
    const seconds = uid < 2 ** 31 ? target.files.slice('/var/log/lastlog', uid * 292, 4) : undefined
    if (seconds?.length === 4) note(name, seconds.readUInt32LE(0) * 1000)
  }
  return last
}
