import { isIP } from 'node:net'
import { normalAddress, normalNetwork } from './address.ts'
import { normalDomain } from './domain.ts'
import { digestBytes, type IndicatorType, isDigest } from './indicator.ts'

/** A value in the one form of its type, so that lists and facts compare; undefined where it cannot be of that type. */
export function normalValue(type: IndicatorType, text: string): string | undefined {
  const value = text.trim()
  if (isDigest(type)) return isHexOf(value, digestBytes[type]) ? value.toLowerCase() : undefined
  switch (type) {
    case 'address':
      return value.includes('/') ? normalNetwork(value) : normalAddress(value)
    case 'domain':
      return normalDomain(value)
    case 'wallet':
      return normalWallet(value)
    case 'fingerprint':
      return normalFingerprint(value)
  }
}

/** What a value is by its looks. 32 hex digits are an MD5; a wallet is only what is long and nothing else. */
export function guessType(text: string): IndicatorType | undefined {
  const value = text.trim()
  if (/^SHA256:/i.test(value)) return normalFingerprint(value) === undefined ? undefined : 'fingerprint'
  for (const type of ['md5', 'sha1', 'sha256'] as const) if (isHexOf(value, digestBytes[type])) return type
  if (/^(?:[0-9a-f]{2}:){15,31}[0-9a-f]{2}$/i.test(value)) return 'fingerprint'
  if (normalValue('address', value) !== undefined) return 'address'
  if (normalDomain(value) !== undefined) return 'domain'
  return value.length >= 25 && /\d/.test(value) && /[a-z]/i.test(value) && normalWallet(value) !== undefined
    ? 'wallet'
    : undefined
}

/** Takes away what people write so that nobody clicks on it: `hxxp`, `[.]`, `(dot)`, `[:]`. */
export function refang(text: string): string {
  if (!/[[({]|^\s*(?:hxx|meow)/i.test(text)) return text.trim()
  return text
    .trim()
    .replaceAll(/\s?[[({](?:\.|dot)[\])}]\s?/gi, '.')
    .replaceAll(/[[({]:[\])}]/g, ':')
    .replaceAll(/[[({]:\/\/[\])}]/g, '://')
    .replace(/^(?:hxxp|meow)/i, 'http')
}

/**
 * What a URL says about its host: the host alone where the URL is no more than that, or where the host is an address. A path on a
 * named host says nothing about everything else there, so such a URL names no indicator.
 */
export function hostOfUrl(text: string): { readonly type: 'address' | 'domain'; readonly value: string } | undefined {
  const found =
    /^[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^/?#@\s]*@)?(\[[0-9a-f:.]+\]|[^/?#:\s]+)(?::\d{1,5})?([/?#].*)?$/i.exec(
      text.trim(),
    )
  if (found === null) return undefined
  const [, host = '', rest = ''] = found
  const address = normalAddress(host.replace(/^\[|\]$/g, ''))
  if (address !== undefined) return { type: 'address', value: address }
  const domain = normalDomain(host)
  return domain === undefined || rest.length > 1 ? undefined : { type: 'domain', value: domain }
}

/** `host:port` and `[v6]:port` without the port. */
export function withoutPort(text: string): string {
  const six = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(text.trim())
  if (six !== null) return six[1] ?? ''
  return isIP(text.trim()) === 6 ? text.trim() : text.trim().replace(/:\d{1,5}$/, '')
}

function isHexOf(text: string, bytes: number): boolean {
  return text.length === bytes * 2 && /^[0-9a-f]+$/i.test(text)
}

/** Base58 tells capitals from small letters; hexadecimal and bech32 do not, and come in both. */
function normalWallet(text: string): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9:]{18,148}[A-Za-z0-9]$/.test(text)) return undefined
  return /^(?:0x[0-9a-f]{40}|(?:bc1|ltc1)[a-z0-9]{11,71}|[a-z]{3,12}:[a-z0-9]{40,})$/i.test(text)
    ? text.toLowerCase()
    : text
}

/**
 * Of an ssh key as `ssh-keygen -l` prints it, of a certificate (SHA-256 or SHA-1) or JA3 in hexadecimal, with colons or without.
 */
function normalFingerprint(text: string): string | undefined {
  const ssh = /^SHA256:([A-Za-z0-9+/]{43})=?$/i.exec(text)
  if (ssh !== null) return `SHA256:${ssh[1]}`
  const hex = text.replaceAll(':', '').toLowerCase()
  return [16, 20, 32].some(bytes => isHexOf(hex, bytes)) ? hex : undefined
}
