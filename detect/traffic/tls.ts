/** What the open part of a TLS handshake says (RFC 5246, RFC 6066, RFC 8446). */
export interface TlsHello {
  /** The name that the client asks for. */
  readonly serverName?: string
  /** Names in the server's first certificate: common name and DNS names. */
  readonly certificateNames?: readonly string[]
  /** It says that it was issued by itself. */
  readonly selfSigned?: boolean
}

const mostRecords = 16
const mostNames = 20

/** Reads a client's or server's first flight; undefined when the bytes are none. A certificate that is cut gives what came of it. */
export function tlsHello(bytes: Buffer): TlsHello | undefined {
  const handshake = handshakeBytes(bytes)
  if (handshake === undefined) return undefined
  let hello: TlsHello | undefined
  for (let at = 0; at + 4 <= handshake.length; ) {
    const type = handshake[at]
    const length = handshake.readUIntBE(at + 1, 3)
    const body = handshake.subarray(at + 4, at + 4 + length)
    if (type === 1) return clientHello(body)
    if (type === 2) hello = {}
    else if (type === 11 && hello !== undefined) return certificate(body)
    else return hello
    at += 4 + length
  }
  return hello
}

/** The handshake records joined, as far as they came. */
function handshakeBytes(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = []
  for (let at = 0, count = 0; at + 5 <= bytes.length && count < mostRecords; count++) {
    if (bytes[at] !== 22 || bytes[at + 1] !== 3) break
    const length = bytes.readUInt16BE(at + 3)
    if (length === 0 || length > 18_432) break
    parts.push(bytes.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  return parts.length === 0 ? undefined : Buffer.concat(parts)
}

function clientHello(body: Buffer): TlsHello | undefined {
  let at = 34
  at += 1 + (body[at] ?? 0)
  if (at + 2 > body.length) return undefined
  at += 2 + body.readUInt16BE(at)
  at += 1 + (body[at] ?? 0)
  at += 2
  while (at + 4 <= body.length) {
    const [type, length] = [body.readUInt16BE(at), body.readUInt16BE(at + 2)]
    const name = type === 0 ? serverName(body.subarray(at + 4, at + 4 + length)) : undefined
    if (name !== undefined) return { serverName: name }
    at += 4 + length
  }
  return {}
}

function serverName(list: Buffer): string | undefined {
  if (list.length < 5 || list[2] !== 0) return undefined
  return hostName(list.subarray(5, 5 + list.readUInt16BE(3)))
}

function hostName(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1')
  return /^[\w.*:-]{1,255}$/.test(text) ? text.toLowerCase() : undefined
}

function certificate(body: Buffer): TlsHello {
  if (body.length < 6) return {}
  const names = new Set<string>()
  const der = body.subarray(6, 6 + body.readUIntBE(3, 3))
  const content = elementsIn(elementsIn(elementsIn(der)[0]?.body)[0]?.body)
  const fields = content[0]?.tag === 0xa0 ? content.slice(1) : content
  // serial, algorithm, issuer, validity, subject, key, extensions
  const [issuer, subject] = [fields[2], fields[4]]
  const common = commonName(subject?.body)
  if (common !== undefined) names.add(common)
  const extensions = fields.find(({ tag }) => tag === 0xa3)
  for (const name of alternativeNames(extensions?.body)) names.add(name)
  const whole = subject?.whole === true && issuer !== undefined
  return {
    ...(names.size === 0 ? {} : { certificateNames: [...names].slice(0, mostNames) }),
    ...(whole ? { selfSigned: subject.body.equals(issuer.body) } : {}),
  }
}

interface Element {
  readonly tag: number
  readonly body: Buffer
  readonly whole: boolean
}

const mostElements = 256

/** The elements of a DER value (X.690), the last one perhaps cut. */
function elementsIn(bytes: Buffer = Buffer.alloc(0)): Element[] {
  const elements: Element[] = []
  for (let at = 0; at + 2 <= bytes.length && elements.length < mostElements; ) {
    const tag = bytes[at] ?? 0
    const short = bytes[at + 1] ?? 0
    const more = short < 0x80 ? 0 : short & 0x7f
    if (more > 4 || short === 0x80 || at + 2 + more > bytes.length) break
    const length = more === 0 ? short : bytes.readUIntBE(at + 2, more)
    const from = at + 2 + more
    elements.push({ tag, body: bytes.subarray(from, from + length), whole: from + length <= bytes.length })
    at = from + length
  }
  return elements
}

/** id-at-commonName 2.5.4.3 */
const commonNameId = Buffer.from([0x55, 0x04, 0x03])
/** id-ce-subjectAltName 2.5.29.17 */
const alternativeNamesId = Buffer.from([0x55, 0x1d, 0x11])

function commonName(name: Buffer | undefined): string | undefined {
  for (const set of elementsIn(name))
    for (const pair of elementsIn(set.body)) {
      const [id, value] = elementsIn(pair.body)
      if (id?.body.equals(commonNameId) && value?.whole) return hostName(value.body) ?? printable(value.body)
    }
  return undefined
}

function printable(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8').replace(/[^\x20-\x7e]/g, '?')
  return text === '' ? undefined : text.slice(0, 100)
}

function alternativeNames(extensions: Buffer | undefined): string[] {
  for (const extension of elementsIn(elementsIn(extensions)[0]?.body)) {
    const parts = elementsIn(extension.body)
    if (!parts[0]?.body.equals(alternativeNamesId)) continue
    const names = elementsIn(elementsIn(parts.at(-1)?.body)[0]?.body)
    return names.flatMap(({ tag, body, whole }) => (tag === 0x82 && whole ? (hostName(body) ?? []) : []))
  }
  return []
}
