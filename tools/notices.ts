import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import type { Origin } from './origin.ts'
import type { OwnLibrary } from './own-libraries.ts'

/** Whose work is in a package, under which terms, and where its source is. */
export function noticesOf(
  root: string,
  packages: readonly string[],
  { runtime, system }: Origin,
  libraries: readonly OwnLibrary[],
): string {
  const parts = [
    'Davylamp is under the Apache License 2.0 (LICENSE). Its package holds the work of others, under their own terms.',
    ...packages.map(name => section(`node_modules/${name}`, licenceIn(join(root, 'node_modules', name)))),
    section('runtime/node (Node.js)', licenceIn(runtime)),
    ...debianPackages(libraries, system).map(({ title, terms }) => section(title, terms)),
  ]
  return `${parts.join('\n\n')}\n`
}

function section(title: string, text: string): string {
  return `${'='.repeat(title.length)}\n${title}\n${'='.repeat(title.length)}\n\n${text.trim()}`
}

function licenceIn(folder: string): string {
  const file = readdirSync(folder).find(name => /^licen[cs]e/i.test(name))
  if (file !== undefined) return readFileSync(join(folder, file), 'utf8')
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { license?: string; author?: unknown }
  return `${about.license ?? 'see its package.json'}; its package holds no further text.`
}

/** A package of Debian with those of the libraries that are its. */
export interface DebianHolder {
  readonly name: string
  readonly version: string
  /** Names of libraries, sorted. */
  readonly held: readonly string[]
}

/** Which packages the libraries come from, as the dpkg of that system knows; of others nothing is said. */
export function debianHolders(libraries: readonly OwnLibrary[], system: string): DebianHolder[] {
  const holders: DebianHolder[] = []
  const paths = new Map(libraries.map(one => [one, `/${relative(system, one.file)}`.replace(/^\/usr\/lib\//, '/lib/')]))
  for (const list of globSync(join(system, 'var/lib/dpkg/info/*.list'))) {
    const own = new Set(
      readFileSync(list, 'utf8')
        .split('\n')
        .map(path => path.replace(/^\/usr\/lib\//, '/lib/')),
    )
    const held = libraries.filter(one => own.has(paths.get(one) ?? ''))
    if (held.length === 0) continue
    const name = basename(list, '.list').replace(/:.*/, '')
    holders.push({ name, version: versionOf(name, system), held: held.map(one => one.name).sort() })
  }
  return holders.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Elsewhere only their names are given. */
function debianPackages(libraries: readonly OwnLibrary[], system: string): { title: string; terms: string }[] {
  const holders = debianHolders(libraries, system)
  const known = new Set(holders.flatMap(one => one.held))
  const unknown = libraries.filter(one => !known.has(one.name)).map(one => one.name)
  const parts = holders.map(one => debianPackage(one, system))
  return unknown.length === 0
    ? parts
    : [...parts, { title: unknown.join(', '), terms: 'Of the system this was made on.' }]
}

function debianPackage({ name, version, held }: DebianHolder, system: string): { title: string; terms: string } {
  const copyright = join(system, `usr/share/doc/${name}/copyright`)
  return {
    title: `runtime/: ${held.join(', ')} (Debian package ${name} ${version}; source: apt-get source ${name})`,
    terms: existsSync(copyright) ? readFileSync(copyright, 'utf8') : 'Its terms are in the source package.',
  }
}

function versionOf(name: string, system: string): string {
  const status = readFileSync(join(system, 'var/lib/dpkg/status'), 'utf8')
  const entry = status.split('\n\n').find(one => one.startsWith(`Package: ${name}\n`))
  return /^Version: (.*)$/m.exec(entry ?? '')?.[1] ?? ''
}
