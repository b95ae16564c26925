import { parseAuthorizedKey } from '../authorized-key.ts'

const mostText = 32 * 1024
const most = 20

/**
 * Ways in that the text of a script opens: fingerprints of the login keys in it, and names of the accounts that it makes
 * (useradd(8), adduser(8)) as `account:NAME`.
 */
export function grantsIn(text: string): string[] {
  const found = new Set<string>()
  const head = text.slice(0, mostText)
  for (const [key] of head.matchAll(keyPattern)) {
    const fingerprint = parseAuthorizedKey(key)?.fingerprint
    if (fingerprint !== undefined) found.add(fingerprint)
  }
  for (const [, words = ''] of head.matchAll(/(?:^|[\s;&|(])(?:useradd|adduser)[ \t]+([^\n;&|)]{1,300})/g)) {
    const name = accountIn(words)
    if (name !== undefined) found.add(`account:${name}`)
  }
  return [...found].slice(0, most)
}

const keyPattern = /(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}) +[A-Za-z0-9+/]{40,6000}={0,3}/g
/** Options of useradd and adduser that have no value. */
const bare =
  /^-(?:[mMrNDUloF]+|-(?:create-home|no-create-home|system|no-user-group|user-group|non-unique|disabled-\w+|quiet))$/

/** The one word that is neither an option nor the value of one. */
function accountIn(text: string): string | undefined {
  const words = text
    .replace(/\d?>.*$/, '')
    .replace(/(["'])[^"']*\1/g, '""')
    .trim()
    .split(/\s+/)
  const names = words.filter((word, at) => {
    const before = words[at - 1] ?? ''
    return !word.startsWith('-') && (!before.startsWith('-') || bare.test(before) || before.includes('='))
  })
  return names.length === 1 && /^[a-z_][\w.-]{0,31}$/i.test(names[0] ?? '') ? names[0] : undefined
}
