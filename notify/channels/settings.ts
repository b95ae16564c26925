import { z } from 'zod'
import { isMetadataAddress } from '../receiver/address.ts'

/** Parts that settings of several kinds share. */

export const receiverUrl = z
  .url({ protocol: /^https?$/, error: 'must be an address that begins with https:// (or http://)' })
  .max(2_000)
  .refine(text => !URL.canParse(text) || withoutLogin(new URL(text)), 'must not hold a user or password')

/** Authorities besides those that the system knows, PEM. */
export const authority = z
  .string()
  .max(50_000)
  .regex(/^\s*-----BEGIN CERTIFICATE-----/, 'must be a certificate in PEM, from -----BEGIN CERTIFICATE----- on')
  .optional()

/** Lets a channel reach 169.254.0.0/16, fe80::/10 and metadata services of clouds. */
export const allowLinkLocal = z.boolean().default(false)

export const hostname = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9_.:-]+$/, 'must be a name or an address, without https:// and without port')

export const port = z.int().min(1).max(65_535)

/** E.164, or the digits that a national gateway wants. */
export const phoneNumber = z
  .string()
  .regex(/^\+?[0-9]{3,20}$/, 'must be digits only, with the country code: +4915112345678')

/** No display name, no comment, no list: exactly one mailbox, so that nothing can slip into a header. */
export const mailbox = z
  .string()
  .max(254)
  .regex(/^[^\s@<>()[\]\\,;:"\x00-\x1f\x7f]+@[A-Za-z0-9.-]+$/, 'must be one mail address such as ops@example.com')

function withoutLogin({ username, password }: URL): boolean {
  return username === '' && password === ''
}

/** Warnings about an address. */
export function addressWarnings(url: string, settings: { readonly allowLinkLocal?: boolean | undefined }): string[] {
  const { protocol, hostname: host } = new URL(url)
  return [
    ...(protocol === 'http:'
      ? ['Without https anybody on the way can read the messages and the secret in the address.']
      : []),
    ...(settings.allowLinkLocal !== true && isMetadataAddress(host)
      ? ['This address is refused: see allowLinkLocal.']
      : []),
  ]
}
