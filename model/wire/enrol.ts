import { z } from 'zod'

/** `POST /agent/v1/enrol`: the only thing that an agent without a certificate may ask. */
export const enrolRequest = z.object({
  token: z.string().min(10).max(200),
  /** PKCS #10, PEM. The key never leaves the host. */
  csr: z.string().max(8_192),
  hostname: z.string().max(253),
  machine: z.string().max(64),
  program: z.string().max(40),
  /** The identity this host had, when it enrols again; proven by `previousProof`, a signature of the CSR by its old key. */
  previous: z.uuid().optional(),
  previousProof: z.base64().optional(),
})
export type EnrolRequest = z.infer<typeof enrolRequest>

/** 200: enrolled. 202: a person must approve first; ask again with the same request (it is idempotent by CSR). */
export const enrolAnswer = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('enrolled'),
    agent: z.uuid(),
    /** PEM: the client certificate, and the chain of the center's CA. */
    certificate: z.string(),
    authority: z.string(),
    /** SubjectPublicKeyInfo, base64 DER: whose orders this host takes. */
    orderKeys: z.array(z.object({ key: z.string(), publicKey: z.base64() })),
  }),
  z.object({ state: z.literal('pending'), retrySeconds: z.number() }),
])
export type EnrolAnswer = z.infer<typeof enrolAnswer>

/** `POST /agent/v1/renew`, with the certificate that is about to end. */
export const renewRequest = z.object({ csr: z.string().max(8_192) })
export const renewAnswer = z.object({
  certificate: z.string(),
  authority: z.string(),
  /** New order keys come with a signature of one that the host already pins, over the RFC 8785 form of `{ key, publicKey }`. */
  orderKeys: z.array(
    z.object({
      key: z.string(),
      publicKey: z.base64(),
      signedBy: z.string().optional(),
      signature: z.base64().optional(),
    }),
  ),
})
export type RenewAnswer = z.infer<typeof renewAnswer>

/** `POST /agent/v1/exchange`: the same frames where a proxy lets no WebSocket through. */
export const exchangeRequest = z.object({ frames: z.array(z.unknown()).max(50) })
export const exchangeAnswer = z.object({ frames: z.array(z.unknown()), pollSeconds: z.number() })
