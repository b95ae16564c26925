import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const version = 1
const nonceBytes = 12
const tagBytes = 16

export class SealError extends Error {}

/** Seals small secrets: `version (1 byte), nonce (12), AES-256-GCM ciphertext, tag (16)`. The context is authenticated, not stored. */
export interface Seal {
  seal(plain: Uint8Array, context: string): Buffer
  /** Throws `SealError` when the key or the context is another, or a bit was changed. */
  open(sealed: Uint8Array, context: string): Buffer
}

export function sealWith(master: Uint8Array): Seal {
  const key = Buffer.from(hkdfSync('sha256', master, '', 'davylamp seal 1', 32))
  return {
    seal: (plain, context) => seal(key, plain, context),
    open: (sealed, context) => openSealed(key, sealed, context),
  }
}

function seal(key: Buffer, plain: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(associated(context))
  return Buffer.concat([Buffer.of(version), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function openSealed(key: Buffer, sealed: Uint8Array, context: string): Buffer {
  const bytes = Buffer.from(sealed)
  if (bytes.length < 1 + nonceBytes + tagBytes) throw new SealError('This is no sealed secret: it is too short.')
  if (bytes[0] !== version)
    throw new SealError(
      `This secret was sealed in a way (${bytes[0]}) that this program does not know. Use a newer one.`,
    )
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(associated(context))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(1 + nonceBytes, -tagBytes)), decipher.final()])
  } catch {
    throw new SealError(
      'This secret cannot be opened: it was sealed with another master key or for another purpose, or was changed.',
    )
  }
}

function associated(context: string): Buffer {
  return Buffer.from(`${version}\0${context}`)
}
