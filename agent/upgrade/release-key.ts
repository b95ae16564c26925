import { readFileSync, statSync } from 'node:fs'

/**
 * Keys whose releases replace this program (Ed25519, SubjectPublicKeyInfo, base64 DER). Their private halves are kept offline and
 * never in this repository: `tools/release-sign.ts make-key` makes one and prints the line that belongs here. None yet: no release has been
 * published, so a host takes only those of keys that its own root pinned.
 */
export const builtInReleaseKeys: readonly string[] = []

export const releaseKeysPath = '/etc/davylamp/release-keys'

/** The built-in keys and those that root of this host pinned: one a line, `#` for remarks. A file that others may write counts for nothing. */
export function releaseKeys(path = releaseKeysPath): readonly string[] {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined || !found.isFile() || found.size > 65_536) return builtInReleaseKeys
  if ((found.uid !== 0 && found.uid !== process.getuid?.()) || (found.mode & 0o022) !== 0) return builtInReleaseKeys
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map(line => (line.split('#')[0] ?? '').trim())
  return [...builtInReleaseKeys, ...lines.filter(line => line !== '')]
}
