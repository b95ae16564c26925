const lineFeed = 0x0a

/** JSON messages, one a line, and what is left of a line that has not come to its end. */
export function linesOf(bytes: Buffer): { lines: string[]; rest: Buffer } {
  const lines: string[] = []
  let start = 0
  for (let end = bytes.indexOf(lineFeed); end >= 0 && lines.length < mostLines; end = bytes.indexOf(lineFeed, start)) {
    lines.push(bytes.toString('utf8', start, end))
    start = end + 1
  }
  return { lines, rest: bytes.subarray(start) }
}

const mostLines = 64

/** The body of an HTTP message; undefined while its head has not come whole. */
export function httpBody(bytes: Buffer): Buffer | undefined {
  const head = bytes.indexOf('\r\n\r\n')
  return head < 0 ? undefined : bytes.subarray(head + 4)
}

const mostFrames = 64

/** Texts in websocket frames that begin with the bytes (RFC 6455). A frame that is cut gives nothing. */
export function websocketTexts(bytes: Buffer): string[] {
  const texts: string[] = []
  for (let at = 0, count = 0; at + 2 <= bytes.length && count < mostFrames; count++) {
    const kind = bytes[at] ?? 0
    const masked = ((bytes[at + 1] ?? 0) & 0x80) !== 0
    let length = (bytes[at + 1] ?? 0) & 0x7f
    at += 2
    if (length === 127 || (length === 126 && at + 2 > bytes.length)) break
    if (length === 126) {
      length = bytes.readUInt16BE(at)
      at += 2
    }
    const mask = masked ? bytes.subarray(at, at + 4) : undefined
    at += mask === undefined ? 0 : 4
    if (at + length > bytes.length || (kind & 0x70) !== 0) break
    const body = Buffer.from(bytes.subarray(at, at + length))
    if (mask !== undefined) for (let i = 0; i < body.length; i++) body[i] = (body[i] ?? 0) ^ (mask[i % 4] ?? 0)
    if (kind === 0x81 || kind === 0x82) texts.push(body.toString('utf8'))
    at += length
  }
  return texts
}
