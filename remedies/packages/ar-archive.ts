/** Members of an ar archive (ar(5), deb(5)) by name; what does not fit its header ends it. */
export function arMembers(bytes: Buffer): Map<string, Buffer> {
  const members = new Map<string, Buffer>()
  if (bytes.toString('latin1', 0, 8) !== '!<arch>\n') return members
  for (let at = 8; at + 60 <= bytes.length; ) {
    const name = bytes
      .toString('latin1', at, at + 16)
      .trim()
      .replace(/\/$/, '')
    const size = Number(bytes.toString('latin1', at + 48, at + 58).trim())
    const start = at + 60
    if (!Number.isSafeInteger(size) || size < 0 || start + size > bytes.length) return members
    if (!members.has(name)) members.set(name, bytes.subarray(start, start + size))
    at = start + size + (size % 2)
  }
  return members
}
