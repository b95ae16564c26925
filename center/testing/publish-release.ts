import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Release } from '../../model/wire/index.ts'

/**
 * Puts a package with its release document into a folder; gives the hash of the package. Signature and package are good enough for a
 * center, which unpacks nothing and knows no release key. `change`: what the document says other than it is.
 */
export function publishRelease(folder: string, program: string, change: Partial<Release> = {}): string {
  const architecture = 'x64'
  const name = join(folder, `davylamp-${program}-linux-${architecture}`)
  const bytes = Buffer.from(`the package of ${program}`)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const release: Release = {
    format: 'davylamp-release',
    version: 1,
    program,
    architecture,
    sha256,
    bytes: bytes.length,
    minimum: '0.1.0',
    madeAt: '2026-11-20T12:00:00Z',
    ...change,
  }
  writeFileSync(`${name}.tar.gz`, bytes)
  writeFileSync(`${name}.release.json`, JSON.stringify({ release, signature: 'AAAA' }))
  return sha256
}
