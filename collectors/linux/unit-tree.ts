import type { Target } from '../../target/index.ts'
import { baseName, distinct, join } from './directory.ts'
import { parseUnit, type UnitDirective } from './unit-file.ts'

/** One file (or link) that defines a unit. */
export interface UnitFile {
  readonly name: string
  /** The file with the content: where a link leads to a place outside the unit directories, that place. */
  readonly path: string
  /** The unit directory in which it was found. */
  readonly directory: string
  /** Links that make this file this unit. */
  readonly links: readonly string[]
  readonly directives: readonly UnitDirective[]
}

export interface DropIn {
  /** The unit, or `service` for all services, or `name-` for all units that begin so. */
  readonly unit: string
  readonly path: string
  readonly directives: readonly UnitDirective[]
  /** A file of the same name in a directory of higher priority stands in for it. */
  readonly overridden: boolean
}

/** The units that one manager sees, from its directories in order of priority (systemd.unit(5)). */
export interface UnitTree {
  /** By name, the one in force first. */
  readonly units: ReadonlyMap<string, readonly UnitFile[]>
  readonly dropIns: readonly DropIn[]
  /** By the `unit` of the drop-in; those that are overridden are left out. */
  readonly dropInsByUnit: ReadonlyMap<string, readonly DropIn[]>
  /** Names that are linked to /dev/null or are empty files, in a directory before any file of the name. */
  readonly masked: ReadonlySet<string>
  /** Other names of a unit, with the links that give them. */
  readonly aliases: ReadonlyMap<string, { readonly unit: string; readonly path: string }>
  /** What lies in `.wants`, `.requires` and `.upholds` directories. */
  readonly pulls: readonly Pull[]
  /** Paths of pulls and aliases by the name under which the tree has the unit. */
  readonly linksByUnit: ReadonlyMap<string, readonly string[]>
}

export interface Pull {
  readonly parent: string
  readonly unit: string
  readonly path: string
}

export const unitName =
  /^[\w:.\\@%-][\w:.\\@% -]{0,254}\.(?:service|timer|path|socket|mount|automount|swap|target|slice|scope|device)$/
const mostUnits = 20_000
const unitBytes = 1 << 20

/** Reads the directories of one manager. Nothing is judged, and no link is followed out of the target. */
export function readUnitTree(target: Target, directories: readonly string[]): UnitTree {
  const units = new Map<string, UnitFile[]>()
  const masked = new Set<string>()
  const aliases = new Map<string, { unit: string; path: string }>()
  const pulls: { parent: string; unit: string; path: string }[] = []
  const dropIns: DropIn[] = []
  const dropInNames = new Set<string>()
  const sameName: { unit: string; path: string }[] = []
  const known = distinct(target, directories)
  const knownReal = new Set(known.map(directory => target.files.realPath(directory) ?? directory))
  let seen = 0

  for (const directory of known) {
    for (const entry of target.files.list(directory) ?? []) {
      if (++seen > mostUnits) break
      const path = join(directory, entry)
      const [, parent] = /^(.+)\.(?:wants|requires|upholds)$/.exec(entry) ?? []
      if (parent !== undefined) {
        for (const unit of target.files.list(path, mostUnits) ?? []) {
          if (++seen > mostUnits) break
          if (unitName.test(unit) && !leadsNowhere(target, join(path, unit)))
            pulls.push({ parent, unit, path: join(path, unit) })
        }
      } else if (entry.endsWith('.d')) readDropIns(entry.slice(0, -2), path)
      else if (unitName.test(entry)) readUnit(entry, path, directory)
    }
  }
  for (const { unit, path } of pulls) {
    // Systemd before 246 loads a unit from where such a link leads, whatever directory that is.
    const real = target.files.realPath(path)
    if (real !== undefined && unitName.test(unit) && !isKnown(unit) && target.files.stat(real)?.type === 'file')
      add({
        name: unit,
        path: real,
        directory: real.slice(0, real.lastIndexOf('/')),
        links: real === path ? [] : [path],
      })
  }
  if (seen > mostUnits)
    target.addGap({ what: 'systemd units', why: `more than ${mostUnits} entries in the unit directories` })
  const names = { units, aliases }
  const linksByUnit = new Map<string, string[]>()
  for (const { unit, path } of pulls) push(linksByUnit, knownName(names, unit), path)
  for (const { unit, path } of [...aliases.values(), ...sameName]) push(linksByUnit, unit, path)
  const dropInsByUnit = new Map<string, DropIn[]>()
  for (const dropIn of dropIns) if (!dropIn.overridden) push(dropInsByUnit, dropIn.unit, dropIn)
  return { units, dropIns, dropInsByUnit, masked, aliases, pulls, linksByUnit }

  function isKnown(name: string): boolean {
    const template = instanceOf(name)?.template
    return units.has(name) || aliases.has(name) || masked.has(name) || (template !== undefined && units.has(template))
  }

  function readDropIns(unit: string, directory: string): void {
    for (const entry of target.files.list(directory, mostUnits) ?? []) {
      if (++seen > mostUnits) return
      if (!entry.endsWith('.conf')) continue
      const path = join(directory, entry)
      const key = `${unit}/${entry}`
      const overridden = dropInNames.has(key)
      dropInNames.add(key)
      if (leadsNowhere(target, path)) continue
      const text = target.files.text(path, unitBytes)
      if (text !== undefined) dropIns.push({ unit, path, directives: parseUnit(text), overridden })
    }
  }

  function readUnit(name: string, path: string, directory: string): void {
    const type = target.files.lstat(path)?.type
    if (leadsNowhere(target, path) || (type === 'file' && target.files.stat(path)?.size === 0)) {
      if (!units.has(name)) masked.add(name)
      return
    }
    if (type !== 'symlink') {
      add({ name, path, directory, links: [] })
      return
    }
    const real = target.files.realPath(path)
    if (real === undefined) return
    const realName = baseName(real)
    const isUnitDirectory = knownReal.has(real.slice(0, real.lastIndexOf('/')))
    if (!isUnitDirectory) add({ name, path: real, directory, links: [path] })
    else if (realName === name) sameName.push({ unit: name, path })
    else if (!aliases.has(name)) aliases.set(name, { unit: realName, path })
  }

  function add(file: Omit<UnitFile, 'directives'>): void {
    const text = target.files.text(file.path, unitBytes)
    if (text === undefined) return
    const others = units.get(file.name) ?? []
    if (others.some(({ path }) => path === file.path)) return
    units.set(file.name, [...others, { ...file, directives: parseUnit(text) }])
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

/** The drop-ins in force for a unit: its own, its template's, those of its prefixes (`foo-.service.d`) and of its type (`service.d`). */
export function dropInsOf({ dropInsByUnit }: UnitTree, name: string): DropIn[] {
  const [, stem = name, suffix = ''] = /^(.*)(\.\w+)$/s.exec(name) ?? []
  const keys = [name, suffix.slice(1)]
  const template = instanceOf(name)?.template
  if (template !== undefined) keys.push(template)
  for (let dash = stem.indexOf('-'); dash >= 0 && keys.length < 40; dash = stem.indexOf('-', dash + 1))
    keys.push(`${stem.slice(0, dash + 1)}${suffix}`)
  return [...new Set(keys)].flatMap(key => dropInsByUnit.get(key) ?? [])
}

function leadsNowhere(target: Target, path: string): boolean {
  const link = target.files.readLink(path)
  return link === '/dev/null' || (link !== undefined && target.files.realPath(path) === '/dev/null')
}

/** `x@.service` for `x@one.service`, with the instance; undefined for names that are no instance. */
export function instanceOf(name: string): { template: string; instance: string } | undefined {
  const [, prefix, instance, suffix] = /^([^@]+)@(.+)(\.\w+)$/s.exec(name) ?? []
  return prefix === undefined || instance === undefined ? undefined : { template: `${prefix}@${suffix}`, instance }
}

/** The name under which the tree has a unit: itself, what it is an alias of, or its template. */
export function knownName(tree: Pick<UnitTree, 'units' | 'aliases'>, name: string): string {
  const alias = tree.aliases.get(name)?.unit ?? name
  if (tree.units.has(alias)) return alias
  const template = instanceOf(alias)?.template
  return template === undefined ? alias : (tree.aliases.get(template)?.unit ?? template)
}

/** The last value of a directive, an empty one taking the earlier back. */
export function lastValue(directives: readonly UnitDirective[], name: string): string | undefined {
  const value = directives.findLast(directive => directive.name === name)?.value
  return value === '' ? undefined : value
}
