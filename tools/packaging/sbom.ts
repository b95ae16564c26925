import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArchiveFile } from '../archive.ts'
import { runtimeFolder } from '../launch-settings.ts'
import type { Contents } from '../make-package.ts'
import { debianHolders } from '../notices.ts'
import { nodeOf, type Origin, runtimePackage } from '../origin.ts'
import { librariesOf } from '../own-libraries.ts'
import { sourceDate } from '../source-date.ts'
import { about, architectureNames } from './about.ts'

/** A component of CycloneDX 1.6 (ECMA-424), as far as it is used here. */
interface Component {
  readonly type: 'application' | 'library' | 'platform'
  readonly 'bom-ref': string
  readonly name: string
  readonly group?: string
  readonly version: string
  readonly purl: string
  readonly licenses?: readonly ({ readonly expression: string } | { readonly license: { readonly name: string } })[]
  readonly hashes?: readonly { readonly alg: 'SHA-512' | 'SHA-256'; readonly content: string }[]
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
}

/** What of others a package holds, and what needs what: a CycloneDX 1.6 document that depends on the contents alone. */
export function sbomOf(root: string, contents: Contents): { readonly name: string; readonly content: string } {
  const lock = lockedPackages(root)
  const inside = packagedNames(lock, contents.files)
  const own = ownComponent(contents)
  const libraries = inside.map(path => npmComponent(root, path, lock))
  const runtime = {
    ...npmComponent(root, `node_modules/${runtimePackage(contents.origin.architecture)}`, lock),
    type: 'platform' as const,
  }
  const system = systemComponents(contents.origin, contents.files)
  const components = [runtime, ...libraries, ...system].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1))
  const references = new Map(inside.map((path, at) => [path, libraries[at]?.['bom-ref'] ?? '']))
  const needed = [
    { ref: own['bom-ref'], dependsOn: directReferences(root, references, runtime['bom-ref']) },
    { ref: runtime['bom-ref'], dependsOn: system.map(one => one['bom-ref']) },
    ...inside.map(path => ({ ref: references.get(path) ?? '', dependsOn: referencesOf(path, lock, references) })),
  ]
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialOf(components),
    version: 1,
    metadata: { timestamp: new Date(sourceDate() * 1000).toISOString(), component: own },
    components,
    dependencies: needed.map(({ ref, dependsOn }) => ({ ref, dependsOn: [...new Set(dependsOn)].sort() })),
  }
  const name = `${contents.name}-${contents.version}-linux-${contents.origin.architecture}.cdx.json`
  return { name, content: `${JSON.stringify(document, undefined, 2)}\n` }
}

interface Locked {
  readonly version: string
  readonly license?: string
  readonly integrity?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function lockedPackages(root: string): ReadonlyMap<string, Locked> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  return new Map(Object.entries(packages).filter(([path]) => path !== ''))
}

/** Packages of which something is packed, innermost folder first: a package may bring another version of its own. */
function packagedNames(lock: ReadonlyMap<string, Locked>, files: readonly ArchiveFile[]): string[] {
  const found = new Set<string>()
  for (const { path } of files) {
    if (!path.startsWith('node_modules/')) continue
    const [, folder = ''] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
    if (lock.has(folder)) found.add(folder)
    else throw new Error(`${path}: package-lock.json does not know where it is from`)
  }
  return [...found].sort()
}

function npmComponent(root: string, path: string, lock: ReadonlyMap<string, Locked>): Component {
  const { version = '', license, integrity } = lock.get(path) ?? {}
  const full = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const [name = '', group] = full.split('/').reverse()
  const terms = license ?? licenceIn(join(root, path, 'package.json'))
  const purl = `pkg:npm/${full.replace('@', '%40')}@${version}`
  return {
    type: 'library',
    'bom-ref': path.indexOf('node_modules/', 1) === -1 ? purl : `${purl}#${path}`,
    ...(group === undefined ? {} : { group }),
    name,
    version,
    ...(terms === undefined ? {} : { licenses: [{ expression: terms }] }),
    ...hashesOf(integrity),
    purl,
  }
}

function licenceIn(file: string): string | undefined {
  const { license } = JSON.parse(readFileSync(file, 'utf8')) as { license?: unknown }
  return typeof license === 'string' ? license : undefined
}

/** Of the archive that the registry hands out (Subresource Integrity). */
function hashesOf(integrity: string | undefined): Pick<Component, 'hashes'> {
  const [, digest = ''] = /^sha512-([\w+/]+={0,2})$/.exec(integrity ?? '') ?? []
  return digest === '' ? {} : { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }
}

/** Loader and libraries, which are copies of those of a system: by Debian package where that is known. */
function systemComponents(origin: Origin, files: readonly ArchiveFile[]): Component[] {
  const { loader, libraries } = librariesOf(nodeOf(origin), origin.system)
  return debianHolders([loader, ...libraries], origin.system).map(({ name, version, held }) => ({
    type: 'library',
    'bom-ref': `pkg:deb/debian/${name}@${version}`,
    name,
    version,
    licenses: [{ license: { name: `see ${name} in THIRD-PARTY.txt` } }],
    properties: held.flatMap(file => {
      const packed = files.find(one => one.path === `${runtimeFolder}/${file}`)
      if (packed?.content === undefined) return []
      const digest = createHash('sha256').update(packed.content).digest('hex')
      return [{ name: `davylamp:sha256:${packed.path}`, value: digest }]
    }),
    purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${architectureNames(origin.architecture).deb}`,
  }))
}

function ownComponent({
  name,
  version,
  origin: { architecture },
}: Contents): Component & { readonly description: string } {
  const purl = `pkg:generic/${name}@${version}?arch=${architecture}`
  return {
    type: 'application',
    'bom-ref': purl,
    name,
    version,
    description: about.summary,
    licenses: [{ expression: 'Apache-2.0' }],
    purl,
  }
}

function directReferences(root: string, references: ReadonlyMap<string, string>, runtime: string): string[] {
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Locked
  const names = Object.keys({ ...dependencies, ...optionalDependencies })
  return [runtime, ...names.flatMap(name => references.get(`node_modules/${name}`) ?? [])]
}

/** As node looks them up: beside the package itself, then further out. */
function referencesOf(
  path: string,
  lock: ReadonlyMap<string, Locked>,
  references: ReadonlyMap<string, string>,
): string[] {
  const { dependencies = {}, optionalDependencies = {} } = lock.get(path) ?? {}
  return Object.keys({ ...dependencies, ...optionalDependencies }).flatMap(name => {
    for (let folder = `${path}/`; ; folder = folder.slice(0, folder.lastIndexOf('node_modules/', folder.length - 2))) {
      const found = references.get(`${folder}node_modules/${name}`)
      if (found !== undefined) return [found]
      if (folder === '') return []
    }
  })
}

/** A UUID (RFC 9562, version 8) made from what is inside, so that the same contents have the same. */
function serialOf(components: readonly Component[]): string {
  const digest = createHash('sha256').update(JSON.stringify(components)).digest('hex')
  const [a, b, c, d, e] = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(13, 16),
    digest.slice(17, 20),
    digest.slice(20, 32),
  ]
  return `urn:uuid:${a}-${b}-8${c}-8${d}-${e}`
}
