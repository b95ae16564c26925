import type { CommandIntegrityFact } from '../../model/index.ts'
import { displayBytes, hashAlgorithms, type Target } from '../../target/index.ts'
import type { Collector, Owner, Survey } from '../collector.ts'
import { commands } from './command-names.ts'
import { type ContentLook, lookAtContent } from './contents/traits.ts'
import { factTime } from './fact-time.ts'
import { criticalFiles } from './critical-files.ts'
import { baseName } from './directory.ts'
import { digestOf, hashOf } from './file-digest.ts'
import { openPackages } from './packages/package-database.ts'
import { homesOf } from './people.ts'
import { searchedFirst } from './search-path.ts'

/**
 * System commands that are not what their package installed: malware puts wrappers in the place of `ps` and `top`, renames
 * `curl` and `chattr`, or lets its own `crontab` come first in PATH. Where the original went is looked for too.
 */
export const commandIntegrity: Collector = {
  name: 'command-integrity',
  collects: ['command-integrity'],
  os: ['linux'],
  stage: 'second',
  collect,
}

/** In the order of PATH. */
const ownDirectories = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']
const earlierDirectories = ['/usr/local/sbin', '/usr/local/bin', '/bin/.local/bin', '/usr/bin/.local/bin']
/** What the real command is called after its name was taken. */
const suffixes = ['.original', '.lanigiro', '.orig', '.org', '.bak', '.old', '.real', '.distrib', '.1', '_', '1']
const hideOuts = ['/usr/bin/dpkgd', '/usr/bin/bsd-port', '/usr/local/bin', '/var/tmp', '/tmp']
const firstBytes = 256 * 1024
const mostSearched = 200
const biggestCommand = 32 * 1024 * 1024

interface Suspect {
  readonly name: string
  readonly path: string
  readonly owner: Owner
  readonly state: CommandIntegrityFact['state']
}

function* collect(survey: Survey): Iterable<CommandIntegrityFact> {
  const { files } = survey.target
  const packages = openPackages(survey.target)
  const directories = distinctDirectories(survey.target, ownDirectories)
  const homes = homesOf(survey.target, survey.people).flatMap(({ home }) => [`${home}/.local/bin`, `${home}/bin`])
  const earlier = distinctDirectories(survey.target, [...earlierDirectories, ...homes, ...searchedFirst(survey)])
  const strays = straysIn(survey.target, directories)
  for (const path of criticalFiles(survey.target)) {
    if (packages.packageOf(path) === undefined) continue
    const owner = survey.owner(path)
    // A link of a package that leads to a file of no package is a replacement too.
    if (owner.ownership === 'modified' || owner.ownership === 'unowned')
      yield factOf(survey, { name: baseName(path), path, owner, state: 'replaced' }, strays)
  }
  for (const name of commands) {
    const places = directories.map(directory => `${directory}/${name}`)
    const listed = places.filter(path => packages.packageOf(path) !== undefined)
    for (const path of listed) {
      const owner = survey.owner(path)
      const state = stateOf(survey.target, path, owner)
      if (state !== undefined) yield factOf(survey, { name, path, owner, state }, strays)
    }
    const known = listed[0] ?? places.find(path => files.stat(path)?.type === 'file')
    if (known === undefined) continue
    for (const path of [...earlier.map(directory => `${directory}/${name}`), ...places]) {
      const stat = listed.includes(path) ? undefined : files.stat(path)
      if (stat?.type !== 'file') continue
      const owner = survey.owner(path)
      if (owner.package !== undefined) continue
      const suspect = { name, path, owner, state: 'shadowed' as const }
      if (filtersOutput(survey.target, path)) yield factOf(survey, { ...suspect, state: 'replaced' }, strays)
      else if (path !== known && listed.length > 0 && (stat.mode & 0o111) !== 0) yield factOf(survey, suspect, strays)
    }
  }
}

function stateOf(target: Target, path: string, owner: Owner): Suspect['state'] | undefined {
  const stat = target.files.stat(path)
  if (stat === undefined) return 'missing'
  if (owner.ownership === 'modified' || stat.type !== 'file') return 'replaced'
  return (stat.mode & 0o111) === 0 ? 'not-executable' : undefined
}

/** A script under a command's name that hands on what the command prints, less some lines. */
function filtersOutput(target: Target, path: string): boolean {
  if (target.files.slice(path, 0, 2)?.toString('latin1') !== '#!') return false
  return lookAt(target, path).traits.includes('output-filter')
}

function lookAt(target: Target, path: string): ContentLook {
  const bytes = target.files.slice(path, 0, firstBytes) ?? Buffer.alloc(0)
  return lookAtContent({ bytes, size: target.files.stat(path)?.size ?? 0, runnable: true })
}

function factOf(
  survey: Survey,
  { name, path, owner, state }: Suspect,
  strays: () => readonly string[],
): CommandIntegrityFact {
  const { files } = survey.target
  const stat = files.stat(path)
  const content = state === 'missing' ? undefined : lookAt(survey.target, path)
  const sha256 =
    stat?.type === 'file' && stat.size <= biggestCommand ? digestOf(survey.target, path)?.sha256 : undefined
  const parent = files.stat(path.slice(0, path.lastIndexOf('/')))
  const { recordedDigest } = owner
  const originals =
    state === 'replaced' || state === 'missing' ? originalsOf(survey.target, path, name, recordedDigest, strays) : []
  return {
    kind: 'command-integrity',
    path: displayBytes(path),
    name,
    ...(owner.package === undefined ? {} : { package: owner.package }),
    ownership: owner.ownership,
    ...(sha256 === undefined ? {} : { sha256 }),
    size: stat?.size ?? 0,
    // Of a missing command the time at which something last left its directory.
    modified: factTime(stat?.modifiedMs ?? parent?.modifiedMs ?? 0),
    attributes: stat === undefined ? [] : files.attributes(path),
    state,
    form: content === undefined ? 'other' : formOf(content),
    originals: originals.filter(original => original.sha256 !== sha256),
    ...(recordedDigest === undefined ? {} : { recordedDigest }),
    traits: content?.traits ?? [],
    evidence: (content?.evidence ?? []).slice(0, 10).map(words => displayBytes(words).slice(0, 80)),
  }
}

function formOf({ traits }: ContentLook): string {
  return traits.includes('elf') ? 'elf' : traits.includes('script') ? 'script' : 'other'
}

/** Files that bear the command's name with an ending, and unowned ones of any name that have the recorded content. */
function originalsOf(
  target: Target,
  path: string,
  name: string,
  recorded: string | undefined,
  strays: () => readonly string[],
): CommandIntegrityFact['originals'] {
  const directory = path.slice(0, path.lastIndexOf('/'))
  const byName = [
    ...suffixes.map(suffix => `${directory}/${name}${suffix}`),
    `${directory}/.${name}`,
    ...hideOuts.map(hideOut => `${hideOut}/${name}`),
  ]
  const found = new Map<string, CommandIntegrityFact['originals'][number]>()
  const packages = openPackages(target)
  for (const candidate of new Set([...byName, ...(recorded === undefined ? [] : strays())])) {
    const stat = target.files.lstat(candidate)
    if (stat?.type !== 'file' || stat.size === 0 || stat.size > biggestCommand || candidate === path) continue
    if (packages.packageOf(candidate) !== undefined) continue
    const agrees = recorded !== undefined && hasRecorded(target, candidate, recorded)
    if (!agrees && !byName.includes(candidate)) continue
    const sha256 = digestOf(target, candidate)?.sha256
    if (sha256 !== undefined) found.set(candidate, { path: displayBytes(candidate), agrees, sha256 })
  }
  return [...found.values()]
}

function hasRecorded(target: Target, path: string, recorded: string): boolean {
  const algorithm = hashAlgorithms.find(one => recorded.startsWith(`${one}:`))
  return algorithm !== undefined && recorded === `${algorithm}:${hashOf(target, path, algorithm)}`
}

/** Files in command directories that no package lists, found once and only when a command is amiss. */
function straysIn(target: Target, directories: readonly string[]): () => readonly string[] {
  let strays: string[] | undefined
  return () => {
    if (strays !== undefined) return strays
    const packages = openPackages(target)
    const paths = [...directories, '/usr/local/bin'].flatMap(directory =>
      (target.files.list(directory) ?? []).map(name => `${directory}/${name}`),
    )
    strays = paths
      .filter(path => packages.packageOf(path) === undefined && target.files.lstat(path)?.type === 'file')
      .slice(0, mostSearched)
    return strays
  }
}

function distinctDirectories(target: Target, directories: readonly string[]): string[] {
  const seen = new Set<string>()
  const distinct: string[] = []
  for (const directory of directories) {
    const real = target.files.realPath(directory)
    if (real === undefined || seen.has(real)) continue
    seen.add(real)
    distinct.push(directory)
  }
  return distinct
}
