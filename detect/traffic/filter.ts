import type { FilterStep } from '../../native/read/packet-socket.ts'

/** Bytes of a packet that are kept: headers and the first 8 KB of what it carries. */
export const keptBytes = 8192 + 160

type Line = readonly [label: string, code: number, value: number, whenTrue?: string, whenFalse?: string]

const [loadByte, loadHalf, loadByteAt, headerLength, loadX, store, load, loadXFrom] = [
  0x30, 0x28, 0x50, 0xb1, 0x01, 0x02, 0x60, 0x61,
]
const [equal, hasBits, greaterThanX, shiftRight, shiftLeft, add, addX, subtractX, give] = [
  0x15, 0x45, 0x2d, 0x74, 0x64, 0x04, 0x0c, 0x1c, 0x06,
]
/** SKF_AD_OFF + SKF_AD_PROTOCOL of linux/filter.h. */
const protocolOfPacket = 0xfffff000

/** TCP over IPv4 or IPv6 that carries something or opens a connection. */
const carriesSomething: readonly Line[] = [
  ['', loadHalf, protocolOfPacket],
  ['', equal, 0x0800, 'four', ''],
  ['', equal, 0x86dd, 'six', 'drop'],
  ['four', loadByte, 9],
  ['', equal, 6, '', 'drop'],
  ['', loadHalf, 6],
  // The later fragments of a packet have no ports.
  ['', hasBits, 0x1fff, 'drop', ''],
  ['', loadHalf, 2],
  ['', store, 0],
  ['', headerLength, 0],
  ['', equal, 0xffff_ffff, 'tcp', 'tcp'],
  ['six', loadByte, 6],
  ['', equal, 6, '', 'drop'],
  ['', loadHalf, 4],
  ['', add, 40],
  ['', store, 0],
  ['', loadX, 40],
  ['tcp', loadByteAt, 13],
  ['', hasBits, 0x02, 'keep', ''],
  ['', loadByteAt, 12],
  ['', shiftRight, 4],
  ['', shiftLeft, 2],
  ['', addX, 0],
  ['', store, 2],
  ['', loadXFrom, 2],
  ['', load, 0],
  ['', greaterThanX, 0, 'carries', 'drop'],
]

const end: readonly Line[] = [
  ['keep', give, keptBytes],
  ['drop', give, 0],
]

/** Everything that carries something. */
export const wideFilter = assembled([...carriesSomething, ['carries', give, keptBytes], ...end])

const beginnings = [...'{GPH'].map(letter => letter.charCodeAt(0)).concat([0x16, 0x81, 0x82])
/** The first messages of Stratum V2: act one is one key, act two its answer. */
const handshakes = [64, 234]

/** For busy hosts: only what begins as a message of a miner, a pool, TLS, HTTP or a websocket does. */
export const narrowFilter = assembled([
  ...carriesSomething,
  ['carries', subtractX, 0],
  ...handshakes.map((length): Line => ['', equal, length, 'keep', '']),
  ['', loadByteAt, 0],
  ...beginnings.map((byte): Line => ['', equal, byte, 'keep', '']),
  ['', give, 0],
  ...end,
])

/** Labels become distances. A jump without one goes to the next line. */
function assembled(lines: readonly Line[]): FilterStep[] {
  const places = new Map(lines.map(([label], at) => [label, at]))
  const distance = (at: number, label = ''): number => (label === '' ? 0 : (places.get(label) ?? at) - at - 1)
  return lines.map(([, code, value, whenTrue, whenFalse], at) => ({
    code,
    value,
    whenTrue: distance(at, whenTrue),
    whenFalse: distance(at, whenFalse),
  }))
}
