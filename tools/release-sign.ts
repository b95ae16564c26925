import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { canonicalRelease } from '../agent/upgrade/release.ts'
import type { Release } from '../model/wire/index.ts'

// The publisher's own tool, for a machine without a network:
//   node tools/release-sign.ts make-key FILE             a key (PEM, mode 0600); prints what hosts pin
//   node tools/release-sign.ts sign KEY PACKAGE MINIMUM  writes PACKAGE's release document beside it
const [word, ...rest] = process.argv.slice(2)
if (word === 'make-key' && rest.length === 1) makeKey(rest[0] ?? '')
else if (word === 'sign' && rest.length === 3) signPackage(rest[0] ?? '', rest[1] ?? '', rest[2] ?? '')
else {
  console.error('release-sign make-key FILE | release-sign sign KEY PACKAGE.tar.gz MINIMUM-VERSION')
  process.exitCode = 64
}

function makeKey(path: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  console.log(publicKey.export({ type: 'spki', format: 'der' }).toString('base64'))
}

/** PACKAGE is `davylamp-VERSION-linux-ARCH.tar.gz`; the document becomes `davylamp-VERSION-linux-ARCH.release.json`. */
function signPackage(keyPath: string, path: string, minimum: string): void {
  const named = /^davylamp-(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)-linux-(x64|arm64)\.tar\.gz$/.exec(basename(path))
  if (named === null) throw new Error(`${path} is not named as a package: davylamp-VERSION-linux-ARCH.tar.gz`)
  const bytes = readFileSync(path)
  const release: Release = {
    format: 'davylamp-release',
    version: 1,
    program: named[1] ?? '',
    architecture: named[2] === 'arm64' ? 'arm64' : 'x64',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    minimum,
    madeAt: new Date().toISOString(),
  }
  const key = createPrivateKey(readFileSync(keyPath))
  const signature = sign(null, Buffer.from(canonicalRelease(release)), key).toString('base64')
  const out = path.replace(/\.tar\.gz$/, '.release.json')
  writeFileSync(out, `${JSON.stringify({ release, signature })}\n`)
  console.log(
    `${out}, for hosts that pin ${createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')}`,
  )
}
