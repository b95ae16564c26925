import { z } from 'zod'

const version = z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-[0-9A-Za-z.-]{1,20})?$/)

/** What the publisher signs with the offline release key, about one package. */
export const release = z.object({
  format: z.literal('davylamp-release'),
  version: z.literal(1),
  /** Version of the program, `1.2.3`. */
  program: version,
  architecture: z.enum(['x64', 'arm64']),
  /** Of the package file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().positive(),
  /** Oldest version that may be replaced by this one. */
  minimum: version,
  madeAt: z.string().max(40),
})
export type Release = z.infer<typeof release>

/** `signature`: Ed25519 over the RFC 8785 form of `release`, base64. Hosts check it; a center does not know whose keys they pin. */
export const signedRelease = z.object({ release, signature: z.base64().max(200) })
export type SignedRelease = z.infer<typeof signedRelease>
