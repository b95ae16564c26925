import { createHash } from 'node:crypto'

/** A line of authorized_keys in the right form (RFC 4253 §6.6, RFC 8709) that no private key belongs to. */
export function loginKey(type: 'ssh-ed25519' | 'ssh-rsa', seed: string, comment: string): string {
  const fields =
    type === 'ssh-ed25519' ? [noise(seed, 32)] : [Buffer.of(0x25), Buffer.concat([Buffer.of(0), noise(seed, 256)])]
  const blob = Buffer.concat([Buffer.from(type), ...fields].flatMap(field => [lengthOf(field), field]))
  return `${type} ${blob.toString('base64')} ${comment}`
}

function lengthOf(field: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(field.length)
  return length
}

function noise(seed: string, bytes: number): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes; at += 32)
    parts.push(createHash('sha256').update(`davylamp range ${seed} ${at}`).digest())
  const all = Buffer.concat(parts).subarray(0, bytes)
  all[0] = (all[0] ?? 0) | 0x80
  return all
}
