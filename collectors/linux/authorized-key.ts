import { createHash } from 'node:crypto'

/** One line of an authorized_keys file that sshd would accept (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
export interface AuthorizedKey {
  readonly keyType: string
  /** As ssh-keygen prints it: `SHA256:` and base64 without padding. */
  readonly fingerprint: string
  readonly comment: string
  readonly options: readonly string[]
  /** The forced command of the options. */
  readonly command: string | undefined
}

const keyStart =
  /^((?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d{3}|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com|webauthn-sk-[\w.@-]+|ssh-xmss@openssh\.com)(?:-cert-v01@openssh\.com)?|(?:ssh-[\w-]+|ecdsa-[\w-]+|sk-[\w-]+)-cert-v01@openssh\.com)[ \t]+([A-Za-z0-9+/]+={0,3})(?:[ \t]+(.*))?$/s

/** What sshd makes of the line; undefined for empty, comment and malformed lines. sshd stops at a NUL, so we do. */
export function parseAuthorizedKey(text: string): AuthorizedKey | undefined {
  if (text.length > 65_536) return undefined
  const line = text.split('\0', 1).join('').trim()
  if (line === '' || line.startsWith('#')) return undefined
  const bare = keyStart.exec(line)
  if (bare) return keyOf(bare, [])
  const end = optionsEnd(line)
  const match = end === undefined ? undefined : keyStart.exec(line.slice(end).replace(/^[ \t]+/, ''))
  return match ? keyOf(match, splitOptions(line.slice(0, end))) : undefined
}

function keyOf(match: RegExpExecArray, options: string[]): AuthorizedKey | undefined {
  const [, keyType = '', base64 = '', comment = ''] = match
  const blob = Buffer.from(base64, 'base64')
  // The key says its type inside again; sshd wants both to agree.
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0
  if (length === 0 || blob.subarray(4, 4 + length).toString('latin1') !== keyType) return undefined
  const command = options.find(option => /^command=/i.test(option))
  return {
    keyType,
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    comment,
    options,
    command: command
      ?.slice('command='.length)
      .replace(/^"(.*)"$/s, '$1')
      .replace(/\\"/g, '"'),
  }
}

/** Options end at the first blank outside quotes. */
function optionsEnd(line: string): number | undefined {
  let quoted = false
  for (let at = 0; at < line.length; at++) {
    const character = line[at]
    if (character === '\\' && line[at + 1] === '"') at++
    else if (character === '"') quoted = !quoted
    else if (!quoted && (character === ' ' || character === '\t')) return at
  }
  return undefined
}

function splitOptions(text: string): string[] {
  const options: string[] = []
  let quoted = false
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    const character = text[at]
    if (character === '\\' && text[at + 1] === '"') at++
    else if (character === '"') quoted = !quoted
    else if (at === text.length || (!quoted && character === ',')) {
      options.push(text.slice(start, at))
      start = at + 1
    }
  }
  if (start < text.length) options.push(text.slice(start))
  return options.filter(option => option !== '').slice(0, 50)
}
