import { createPublicKey, type KeyObject } from 'node:crypto'

/**
 * A COSE public key (RFC 9052 §7, RFC 9053 §7) as authenticators give it: ES256 on P-256, or EdDSA on Ed25519. Undefined for
 * anything else. Only the few CBOR forms (RFC 8949) that such a key is made of are read.
 */
export function coseKey(bytes: Uint8Array): KeyObject | undefined {
  const map = readMap(bytes)
  if (map === undefined) return undefined
  const [type, algorithm, curve] = [map.get(1), map.get(3), map.get(-1)]
  const [x, y] = [map.get(-2), map.get(-3)]
  if (!(x instanceof Uint8Array) || x.length !== 32) return undefined
  if (type === 1 && algorithm === -8 && curve === 6) return fromJwk({ kty: 'OKP', crv: 'Ed25519', x: base64url(x) })
  if (type !== 2 || algorithm !== -7 || curve !== 1 || !(y instanceof Uint8Array) || y.length !== 32) return undefined
  return fromJwk({ kty: 'EC', crv: 'P-256', x: base64url(x), y: base64url(y) })
}

function fromJwk(key: Record<string, string>): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    // A point that lies on no curve.
    return undefined
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

type Value = number | Uint8Array
interface Place {
  readonly bytes: Uint8Array
  at: number
}

/** One map of small integers and byte strings that fills all of the bytes. */
function readMap(bytes: Uint8Array): Map<number, Value> | undefined {
  const place: Place = { bytes, at: 0 }
  const head = readHead(place)
  if (head?.major !== 5 || head.value > 16) return undefined
  const map = new Map<number, Value>()
  for (let count = 0; count < head.value; count++) {
    const name = readValue(place)
    const value = readValue(place)
    if (typeof name !== 'number' || value === undefined || map.has(name)) return undefined
    map.set(name, value)
  }
  return place.at === bytes.length ? map : undefined
}

function readValue(place: Place): Value | undefined {
  const head = readHead(place)
  if (head === undefined) return undefined
  if (head.major === 0) return head.value
  if (head.major === 1) return -1 - head.value
  if (head.major !== 2 || place.at + head.value > place.bytes.length) return undefined
  const value = place.bytes.slice(place.at, place.at + head.value)
  place.at += head.value
  return value
}

function readHead(place: Place): { major: number; value: number } | undefined {
  const first = place.bytes[place.at++]
  if (first === undefined) return undefined
  const [major, low] = [first >> 5, first & 31]
  if (low < 24) return { major, value: low }
  const length = low === 24 ? 1 : low === 25 ? 2 : 0
  if (length === 0 || place.at + length > place.bytes.length) return undefined
  let value = 0
  for (let count = 0; count < length; count++) value = value * 256 + (place.bytes[place.at++] ?? 0)
  return { major, value }
}
