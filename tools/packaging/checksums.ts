import { createHash, createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writeWhole } from '../make-package.ts'

/**
 * `SHA256SUMS` beside the files, as `sha256sum --check` reads it, and with a release key (PEM, Ed25519) `SHA256SUMS.sig`: 64 bytes over its bytes, as
 * `openssl pkeyutl -verify -rawin` reads them. Returns the paths.
 */
export function writeChecksums(paths: readonly string[], into: string, key?: string): string[] {
  const lines = paths.map(path => {
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
    return `${digest}  ${basename(path)}\n`
  })
  const text = lines.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)).join('')
  const sums = join(into, 'SHA256SUMS')
  writeWhole(sums, text)
  if (key === undefined) return [sums]
  writeWhole(`${sums}.sig`, sign(null, Buffer.from(text), createPrivateKey(readFileSync(key))))
  return [sums, `${sums}.sig`]
}
