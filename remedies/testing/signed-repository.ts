import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { createCleartextMessage, createMessage, generateKey, readKey, readPrivateKey, sign } from 'openpgp'
import type { Action } from '../../model/index.ts'
import { temporaryHost } from './temporary-host.ts'

export const program = '#!/bin/sh\nexit 0\n'
export const impostor = '#!/bin/sh\n# inert look-alike\n'
export const release = 'example.test_debian_dists_stable_'
export const index = `${release}main_binary-amd64_Packages`
export const archive = 'tools_1%3a2.0-1_amd64.deb'
/** Puts three files of the package back: one that was replaced, one that is missing, and a link that was replaced. */
export const packageAction: Action = {
  kind: 'reinstall-package',
  package: 'tools',
  paths: ['/usr/bin/toola', '/bin/toolb', '/usr/bin/toolc'],
  command: 'apt-get install --reinstall -y tools',
}
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')
const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex')

export const missingTools =
  process.getuid?.() !== 0 ? 'needs root' : spawnSync('dpkg-deb', ['--version']).error ? 'no dpkg-deb here' : false

const key = async () => {
  const made = await generateKey({ userIDs: [{ name: 'Archive' }], format: 'armored' })
  return {
    secret: await readPrivateKey({ armoredKey: made.privateKey }),
    public: await readKey({ armoredKey: made.publicKey }),
  }
}
export const [trusted, other] = await Promise.all([key(), key()])

/** The package as an archive. */
function build(compression: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'davylamp-package-'))
  const put = (path: string, text: string, mode: number) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode })
  }
  try {
    put(
      'DEBIAN/control',
      'Package: tools\nVersion: 1:2.0-1\nArchitecture: amd64\nMaintainer: x <x@example.test>\nDescription: test\n',
      0o644,
    )
    put('usr/bin/toola', program, 0o755)
    put('usr/bin/toolb', `${program}# b\n`, 0o755)
    symlinkSync('toola', join(folder, 'usr/bin/toolc'))
    execFileSync('chmod', ['4755', join(folder, 'usr/bin/toolb')])
    const target = join(folder, 'x.deb')
    execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '-b', folder, target], { stdio: 'pipe' })
    return readFileSync(target)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
/** The archive in each compression that this machine's dpkg-deb can make. */
export const debs: ReadonlyMap<string, Buffer> =
  missingTools === false
    ? new Map(['xz', 'gzip', 'zstd', 'none'].flatMap(one => (supports(one) ? [[one, build(one)]] : [])))
    : new Map()

function supports(compression: string): boolean {
  try {
    build(compression)
    return true
  } catch {
    return false
  }
}

export interface Variant {
  readonly deb?: Buffer
  readonly packages?: (deb: Buffer) => string
  /** Puts the index into the form in which apt may keep it. */
  readonly store?: (root: string, bytes: string) => void
  readonly signer?: typeof trusted
  readonly detached?: boolean
  readonly change?: (root: string) => void
}

/** For tests: a host with one repository, whose package was installed from it, and three of its files replaced, missing and changed. */
export async function signedRepository(t: TestContext, variant: Variant = {}) {
  const deb = variant.deb ?? debs.get('xz') ?? Buffer.alloc(0)
  const packages = (variant.packages ?? stanza)(deb)
  const text = `Origin: Test\nSuite: stable\nMD5Sum:\n ${md5(packages)} 1 main/binary-amd64/Packages\nSHA256:\n ${sha256(packages)} ${packages.length} main/binary-amd64/Packages\n`
  const ring = Buffer.from(trusted.public.write())
  const temporary = temporaryHost(t, {
    'usr/bin/toola': impostor,
    'usr/bin/toolc': impostor,
    'etc/passwd': 'root:x:0:0::/root:/bin/bash\n',
    'etc/apt/sources.list.d/x.sources': `Types: deb\nURIs: http://example.test/debian/\nSuites: stable\nComponents: main\nSigned-By: /usr/share/keyrings/test.gpg\n`,
    'usr/share/keyrings/test.gpg': ring,
    'var/lib/dpkg/status':
      'Package: other\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\nPackage: tools\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.0-1\n\nPackage: keyring\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n',
    'var/lib/dpkg/info/keyring.list': '/.\n/usr/share/keyrings/test.gpg\n',
    'var/lib/dpkg/info/keyring.md5sums': `${md5(ring)}  usr/share/keyrings/test.gpg\n`,
    [`var/cache/apt/archives/${archive}`]: deb,
  })
  const { root } = temporary
  symlinkSync('usr/bin', join(root, 'bin'))
  mkdirSync(join(root, 'var/lib/apt/lists'), { recursive: true })
  const store = variant.store ?? ((folder, bytes) => writeFileSync(join(folder, 'var/lib/apt/lists', index), bytes))
  store(root, packages)
  const signingKeys = (variant.signer ?? trusted).secret
  const lists = join(root, 'var/lib/apt/lists')
  if (variant.detached === true) {
    writeFileSync(join(lists, `${release}Release`), text)
    const message = await createMessage({ binary: Buffer.from(text) })
    writeFileSync(join(lists, `${release}Release.gpg`), `${await sign({ message, signingKeys, detached: true })}`)
  } else {
    const message = await createCleartextMessage({ text })
    writeFileSync(join(lists, `${release}InRelease`), `${await sign({ message, signingKeys })}`)
  }
  variant.change?.(root)
  return temporary
}

/** Its paragraph in the index, between others. */
export function stanza(deb: Buffer, version = '1:2.0-1'): string {
  const other = `Package: toolset\nVersion: 1\nArchitecture: amd64\nSHA256: ${'0'.repeat(64)}\n`
  return `${other}\nPackage: tools\nVersion: ${version}\nArchitecture: amd64\nFilename: pool/x.deb\nSize: ${deb.length}\nSHA256: ${sha256(deb)}\n\n${other}`
}
