import type { Fact, KernelModuleFact } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { kernelSymbols, readKernelSymbols } from './kernel-symbols.ts'

/**
 * Modules of the running kernel, those among them that /proc/modules leaves out although something else knows them (a
 * rootkit unlinks itself from the list and forgets the directory in /sys/module, its symbols or its hooks), and the kernel's
 * taint (tainted-kernels.rst).
 */
export const kernelModules: Collector = {
  name: 'kernel-modules',
  collects: ['kernel-module', 'setting'],
  os: ['linux'],
  needsLive: true,
  stage: 'first',
  collect,
}

function* collect(survey: Survey): Iterable<Fact> {
  const { target } = survey
  const listed = listedModules(target)
  if (listed === undefined)
    target.addGap({ what: 'kernel modules', why: 'the kernel has no list of modules', path: '/proc/modules' })
  const hidden = listed === undefined ? new Map<string, string[]>() : hiddenModules(survey, listed)
  const loadable = listed === undefined ? loadableModules(target) : []
  const names = new Set([...(listed?.keys() ?? []), ...loadable, ...hidden.keys()])
  const files = names.size > 0 ? moduleFiles(target) : new Map<string, string>()
  const facts = [...names].map(name => moduleFact(survey, name, { module: listed?.get(name), files, hidden }))
  yield* taint(target, facts)
  yield* facts
}

/** What /proc/modules has; undefined where the kernel has no such file. */
export function listedModules(target: Target): Map<string, Module> | undefined {
  const listing = target.files.text('/proc/modules')
  if (listing === undefined) return undefined
  return new Map(
    listing
      .split('\n')
      .flatMap(line => parseModule(line) ?? [])
      .map(module => [module.name, module]),
  )
}

/** Only a loadable module has initstate; the directories of what is built in have none. */
function loadableModules(target: Target): string[] {
  const shown = target.files.list('/sys/module') ?? []
  return shown.filter(name => target.files.lstat(`/sys/module/${name}/initstate`) !== undefined)
}

/**
 * Modules that one view has and another lacks, with the views that have them. Looked at twice, because a module that is
 * being loaded or unloaded is for a moment in one and not in the other.
 */
function hiddenModules(survey: Survey, listed: ReadonlyMap<string, Module>): Map<string, string[]> {
  const { target } = survey
  const first = disagreements(target, listed, survey.deep ? kernelSymbols(target)?.modules : undefined)
  if (first.size === 0) return first
  const again = listedModules(target) ?? listed
  const symbols = [...first.values()].some(views => views.includes('kallsyms'))
  const second = disagreements(target, again, symbols ? readKernelSymbols(target)?.modules : undefined)
  return new Map(
    [...first].flatMap(([name, views]) => {
      const both = views.filter(view => second.get(name)?.includes(view))
      return both.length === 0 ? [] : [[name, both] as const]
    }),
  )
}

function disagreements(
  target: Target,
  listed: ReadonlyMap<string, Module>,
  symbols: ReadonlySet<string> | undefined,
): Map<string, string[]> {
  const found = new Map<string, string[]>()
  const add = (name: string, view: string) => found.set(name, [...(found.get(name) ?? []), view])
  const loadable = loadableModules(target)
  for (const name of loadable) if (!listed.has(name)) add(name, 'sysfs')
  for (const name of symbols ?? []) if (!listed.has(name)) add(name, 'kallsyms')
  // In a container that sees nothing of /sys/module this would accuse every module.
  if (loadable.length > 0)
    for (const { name, state } of listed.values())
      if (state === 'Live' && target.files.lstat(`/sys/module/${name}`) === undefined) add(name, 'procfs')
  return found
}

interface About {
  readonly module: Module | undefined
  readonly files: ReadonlyMap<string, string>
  readonly hidden: ReadonlyMap<string, string[]>
}

function moduleFact(survey: Survey, name: string, { module, files, hidden }: About): KernelModuleFact {
  const { target } = survey
  const path = files.get(name.replaceAll('-', '_'))
  const seenIn = hidden.get(name)
  return {
    kind: 'kernel-module',
    name: displayBytes(name),
    ...(path === undefined ? {} : { path: displayBytes(path) }),
    // Where modules.dep names hundreds and not this one, it came from somewhere else.
    ownership:
      path === undefined ? (files.size > fewModuleFiles ? 'unowned' : 'unknown') : survey.owner(path).ownership,
    state: module?.state ?? target.files.text(`/sys/module/${name}/initstate`)?.trim() ?? '',
    ...(module === undefined ? {} : { size: module.size }),
    taint: displayBytes(target.files.text(`/sys/module/${name}/taint`)?.trim() ?? module?.taint ?? ''),
    hidden: seenIn !== undefined,
    ...(seenIn === undefined ? {} : { seenIn }),
  }
}

const fewModuleFiles = 50

export interface Module {
  readonly name: string
  readonly size: number
  readonly state: string
  readonly taint: string
}

/** `name size uses users state address (taint)` (proc_modules(5)). */
export function parseModule(line: string): Module | undefined {
  const match = /^(\S+) (\d+) \S+ \S+ (\w+) \S+(?: \(([A-Z+-]+)\))?\s*$/.exec(line)
  if (!match) return undefined
  return { name: match[1] ?? '', size: Number(match[2]), state: match[3] ?? '', taint: match[4] ?? '' }
}

const mostModuleFiles = 20_000

/** Where the modules of the running kernel lie, from modules.dep and the places that need no entry in it. */
function moduleFiles(target: Target): Map<string, string> {
  const files = new Map<string, string>()
  const release = target.files.text('/proc/sys/kernel/osrelease')?.trim() ?? ''
  if (!/^[\w.+~-]+$/.test(release)) return files
  const directory = ['/lib/modules', '/usr/lib/modules']
    .map(path => `${path}/${release}`)
    .find(path => target.files.lstat(path))
  if (directory === undefined) return files
  const dependencies = target.files.read(`${directory}/modules.dep`, 8 << 20, 'fine')?.toString('utf8') ?? ''
  for (const line of dependencies.split('\n', mostModuleFiles)) {
    const file = line.slice(0, line.indexOf(':'))
    const name = /([^/]+)\.ko(?:\.\w+)?$/.exec(file)?.[1]
    if (name !== undefined) files.set(name.replaceAll('-', '_'), file.startsWith('/') ? file : `${directory}/${file}`)
  }
  return files
}

// Documentation/admin-guide/tainted-kernels.rst; the ones that a module or a broken kernel leaves.
const taintLetters: readonly [number, string][] = [
  [0, 'P'],
  [1, 'F'],
  [3, 'R'],
  [4, 'M'],
  [7, 'D'],
  [9, 'W'],
  [12, 'O'],
  [13, 'E'],
]

function* taint(target: Target, modules: readonly KernelModuleFact[]): Iterable<Fact> {
  const path = '/proc/sys/kernel/tainted'
  const value = Number(target.files.text(path)?.trim() ?? 0)
  if (!Number.isSafeInteger(value) || value === 0) return
  const letters = taintLetters.filter(([bit]) => Math.floor(value / 2 ** bit) % 2 === 1).map(([, letter]) => letter)
  const unexplained = letters.filter(
    letter => 'POE'.includes(letter) && !modules.some(one => one.taint.includes(letter)),
  )
  yield {
    kind: 'setting',
    name: 'kernel-taint',
    value: letters.join(''),
    path,
    text: String(value),
    attributes: [],
    ...(unexplained.length === 0 ? {} : { detail: `no loaded module explains ${unexplained.join('')}` }),
  }
}
