import { stratumMessage } from '../stratum/message.ts'
import { StratumSession } from '../stratum/session.ts'
import type { End, Segment } from './segment.ts'
import { httpBody, linesOf, websocketTexts } from './texts.ts'
import { type TlsHello, tlsHello } from './tls.ts'

/** Bytes of each direction that are put together. */
const mostBytes = 8192

/** One direction of a connection. */
interface Side {
  /** What came without a hole and has not been understood yet. */
  rest: Buffer
  /** The sequence number that comes next; undefined before the first packet. */
  next: number | undefined
  /** Length of the first packet that carried something, where the beginning was seen. */
  first: Buffer | undefined
}

/** What is overheard of one TCP connection. */
export class Conversation {
  readonly #ends: readonly [End, End]
  readonly #sides: readonly [Side, Side]
  readonly session = new StratumSession()
  #client: 0 | 1 | undefined
  #opened = false
  #hello: TlsHello = {}
  /** This host sent packets of this direction itself. */
  readonly #sent: [boolean, boolean] = [false, false]

  constructor(first: Segment) {
    this.#ends = [first.from, first.to]
    this.#sides = [emptySide(), emptySide()]
  }

  see(segment: Segment, sent: boolean): void {
    const direction = isSame(segment.from, this.#ends[0]) ? 0 : 1
    if (sent) this.#sent[direction] = true
    if (segment.opens) {
      this.#opened = true
      // A SYN without ACK is the client's; where both were seen the first one was.
      this.#client ??= direction
      this.#sides[direction].next = (segment.sequence + 1) >>> 0
      return
    }
    if (segment.bytes.length === 0) return
    const side = this.#sides[direction]
    const fresh = freshBytes(segment, side)
    if (fresh === undefined) return
    side.first ??= Buffer.from(fresh.subarray(0, 256))
    const bytes = side.rest.length === 0 ? fresh : Buffer.concat([side.rest, fresh])
    const rest = this.#understand(bytes, direction)
    side.rest = rest.length > mostBytes ? Buffer.alloc(0) : Buffer.from(rest)
  }

  /** The end that asked for work, or opened the connection. */
  get client(): End | undefined {
    return this.#client === undefined ? undefined : this.#ends[this.#client]
  }

  get server(): End | undefined {
    return this.#client === undefined ? undefined : this.#ends[this.#client === 0 ? 1 : 0]
  }

  get ends(): readonly [End, End] {
    return this.#ends
  }

  get hello(): TlsHello {
    return this.#hello
  }

  /** This host itself sent what the client said. */
  get clientIsHere(): boolean {
    return this.#client !== undefined && this.#sent[this.#client]
  }

  /** One key from the client and an answer of 234 bytes, both like dice: act one and two of Stratum V2. */
  get looksLikeStratumV2(): boolean {
    if (!this.#opened || this.#client === undefined) return false
    const [asked, answered] = [this.#sides[this.#client].first, this.#sides[this.#client === 0 ? 1 : 0].first]
    return asked?.length === 64 && answered?.length === 234 && isRandom(asked) && isRandom(answered)
  }

  /** Gives back what is still to be understood when more has come. */
  #understand(bytes: Buffer, direction: 0 | 1): Buffer {
    switch (bytes[0]) {
      case 0x7b:
        return this.#lines(bytes, direction)
      case 0x16:
        return this.#tls(bytes, direction)
      case 0x81:
      case 0x82:
        for (const text of websocketTexts(bytes)) this.#message(text, direction)
        return nothing
      case 0x47:
      case 0x48:
      case 0x50:
        return this.#http(bytes, direction)
      default:
        return nothing
    }
  }

  #lines(bytes: Buffer, direction: 0 | 1): Buffer {
    const { lines, rest } = linesOf(bytes)
    for (const line of lines) this.#message(line, direction)
    // Some send no line feed at the end.
    if (rest.length > 0 && rest.at(-1) === 0x7d && this.#message(rest.toString('utf8'), direction)) return nothing
    return rest
  }

  #http(bytes: Buffer, direction: 0 | 1): Buffer {
    if (!/^(?:GET |POST |PUT |HTTP\/1)/.test(bytes.toString('latin1', 0, 8))) return nothing
    const body = httpBody(bytes)
    if (body === undefined) return bytes
    if (body.length === 0) return /content-length: *[1-9]/i.test(bytes.toString('latin1')) ? bytes : nothing
    return body[0] === 0x7b && !this.#message(body.toString('utf8').trimEnd(), direction) ? bytes : nothing
  }

  #tls(bytes: Buffer, direction: 0 | 1): Buffer {
    const hello = tlsHello(bytes)
    if (hello === undefined) return nothing
    if (hello.serverName !== undefined) this.#client = direction
    this.#hello = { ...this.#hello, ...hello }
    // A certificate may come in several packets.
    return bytes.length < mostBytes ? bytes : nothing
  }

  #message(text: string, direction: 0 | 1): boolean {
    const message = text.length > mostBytes ? undefined : stratumMessage(text)
    if (message === undefined) return false
    this.session.add(message)
    this.#client = message.from === 'client' ? direction : direction === 0 ? 1 : 0
    return true
  }
}

const nothing = Buffer.alloc(0)

function emptySide(): Side {
  return { rest: nothing, next: undefined, first: undefined }
}

/** What is new in a segment; undefined for what was seen already. A hole forgets what came before it. */
function freshBytes({ sequence, bytes }: Segment, side: Side): Buffer | undefined {
  const ahead = side.next === undefined ? 0 : (sequence - side.next) | 0
  if (ahead < 0 && ahead + bytes.length <= 0) return undefined
  if (side.next !== undefined && ahead > 0) side.rest = nothing
  side.next = (sequence + bytes.length) >>> 0
  return ahead < 0 ? bytes.subarray(-ahead) : bytes
}

/** Keys and ciphertext: nearly as many different bytes as dice give. */
function isRandom(bytes: Buffer): boolean {
  const different = new Set(bytes).size
  const expected = 256 * (1 - (255 / 256) ** bytes.length)
  return different > expected * 0.85
}

export function isSame(a: End, b: End): boolean {
  return a.port === b.port && a.address === b.address
}
