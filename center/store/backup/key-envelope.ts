import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import { StoreError } from '../store-error.ts'

/** RFC 7914 with 128 MiB of memory: a guess costs about half a second. */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }
const purpose = Buffer.from('davylamp backup 1: master key')

export const keyEnvelopeSchema = z.object({
  salt: z.base64(),
  nonce: z.base64(),
  tag: z.base64(),
  content: z.base64(),
})
export type KeyEnvelope = z.infer<typeof keyEnvelopeSchema>

/** The master key under a passphrase: scrypt, then AES-256-GCM. */
export async function wrapKey(key: Uint8Array, passphrase: string): Promise<KeyEnvelope> {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)]
  const cipher = createCipheriv('aes-256-gcm', await stretch(passphrase, salt), nonce).setAAD(purpose)
  const content = Buffer.concat([cipher.update(key), cipher.final()])
  return { salt: text(salt), nonce: text(nonce), tag: text(cipher.getAuthTag()), content: text(content) }
}

/** Throws a {@link StoreError} when the passphrase is another one. */
export async function unwrapKey(envelope: KeyEnvelope, passphrase: string): Promise<Buffer> {
  const key = await stretch(passphrase, bytes(envelope.salt))
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes(envelope.nonce), { authTagLength: 16 })
    decipher.setAAD(purpose).setAuthTag(bytes(envelope.tag))
    return Buffer.concat([decipher.update(bytes(envelope.content)), decipher.final()])
  } catch (cause) {
    throw new StoreError('The passphrase is not the one that the backup was made with.', { cause })
  }
}

function stretch(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, cost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

function text(value: Buffer): string {
  return value.toString('base64')
}

function bytes(value: string): Buffer {
  return Buffer.from(value, 'base64')
}
