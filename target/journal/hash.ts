const mask = 0xffff_ffff_ffff_ffffn

/** SipHash-2-4 with a key of 16 bytes: how journal files since systemd 246 find a field, with the file's id as the key. */
export function sipHash24(bytes: Uint8Array, key: Buffer): bigint {
  const [k0, k1] = [key.readBigUInt64LE(0), key.readBigUInt64LE(8)]
  let [v0, v1, v2, v3] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ]
  const round = () => {
    v0 = (v0 + v1) & mask
    v1 = rotated(v1, 13n) ^ v0
    v0 = rotated(v0, 32n)
    v2 = (v2 + v3) & mask
    v3 = rotated(v3, 16n) ^ v2
    v0 = (v0 + v3) & mask
    v3 = rotated(v3, 21n) ^ v0
    v2 = (v2 + v1) & mask
    v1 = rotated(v1, 17n) ^ v2
    v2 = rotated(v2, 32n)
  }
  const words = Buffer.alloc(8 * (Math.floor(bytes.length / 8) + 1))
  words.set(bytes)
  words[words.length - 1] = bytes.length & 255
  for (let at = 0; at < words.length; at += 8) {
    const word = words.readBigUInt64LE(at)
    v3 ^= word
    round()
    round()
    v0 ^= word
  }
  v2 ^= 0xffn
  for (let times = 0; times < 4; times++) round()
  return v0 ^ v1 ^ v2 ^ v3
}

function rotated(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & mask
}

/** Bob Jenkins' lookup3 (`hashlittle2` from 0 and 0), the first word above the second one: older journal files. */
export function jenkinsHash(bytes: Uint8Array): bigint {
  let [a, b, c] = [0xdeadbeef + bytes.length, 0xdeadbeef + bytes.length, 0xdeadbeef + bytes.length]
  const words = Buffer.alloc(Math.max(12, 12 * Math.ceil(bytes.length / 12)))
  words.set(bytes)
  const add = (at: number) => {
    a = (a + words.readUInt32LE(at)) | 0
    b = (b + words.readUInt32LE(at + 4)) | 0
    c = (c + words.readUInt32LE(at + 8)) | 0
  }
  let at = 0
  for (; bytes.length - at > 12; at += 12) {
    add(at)
    a = ((a - c) ^ turned(c, 4)) | 0
    c = (c + b) | 0
    b = ((b - a) ^ turned(a, 6)) | 0
    a = (a + c) | 0
    c = ((c - b) ^ turned(b, 8)) | 0
    b = (b + a) | 0
    a = ((a - c) ^ turned(c, 16)) | 0
    c = (c + b) | 0
    b = ((b - a) ^ turned(a, 19)) | 0
    a = (a + c) | 0
    c = ((c - b) ^ turned(b, 4)) | 0
    b = (b + a) | 0
  }
  if (bytes.length > 0) {
    add(at)
    c = ((c ^ b) - turned(b, 14)) | 0
    a = ((a ^ c) - turned(c, 11)) | 0
    b = ((b ^ a) - turned(a, 25)) | 0
    c = ((c ^ b) - turned(b, 16)) | 0
    a = ((a ^ c) - turned(c, 4)) | 0
    b = ((b ^ a) - turned(a, 14)) | 0
    c = ((c ^ b) - turned(b, 24)) | 0
  }
  return (BigInt(c >>> 0) << 32n) | BigInt(b >>> 0)
}

function turned(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}
