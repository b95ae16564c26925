import { domainToASCII } from 'node:url'

/** A domain name in the one form in which facts and lists compare: ASCII, lower case, no dot at the end. Undefined when it is none. */
export function normalDomain(text: string): string | undefined {
  const trimmed = text.trim().replace(/^\*\./, '').replace(/\.$/, '')
  // What node would read as an address or a path is no name.
  if (trimmed.length > 253 || /[\s/\\?#@:%[\]]/.test(trimmed)) return undefined
  // Names with _ are used by services, and node refuses none of them.
  const ascii = isAscii(trimmed) ? trimmed.toLowerCase() : domainToASCII(trimmed)
  return shape.test(ascii) ? ascii : undefined
}

/** At least two labels, the last of letters (or punycode), so that no address and no version number is one. */
const shape = /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])$/

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length
}

/** The name itself and every name above it that has at least two labels: under which of them it may be listed. */
export function namesAbove(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_, at) => labels.slice(at).join('.'))
}
