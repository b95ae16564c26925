import type { Fact, KernelModuleFact, Ownership } from '../../model/index.ts'
import { displayBytes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'

/**
 * Modules of the running kernel, those among them that /proc/modules leaves out although /sys/module has them (a rootkit
 * unlinks itself from the list and forgets the directory), and the kernel's taint (tainted-kernels.rst).
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
  yield* taint(target)
  const listing = target.files.text('/proc/modules')
  const shown = target.files.list('/sys/module') ?? []
  if (listing === undefined)
    target.addGap({ what: 'kernel modules', why: 'the kernel has no list of modules', path: '/proc/modules' })
  const listed = new Map(
    listing
      ?.split('\n')
      .flatMap(line => parseModule(line) ?? [])
      .map(module => [module.name, module]),
  )
  // Only a loadable module has initstate; the directories of what is built in have none.
  const loadable = shown.filter(name => target.files.lstat(`/sys/module/${name}/initstate`) !== undefined)
  const files = listed.size + loadable.length > 0 ? moduleFiles(target) : new Map<string, string>()
  for (const name of new Set([...listed.keys(), ...loadable])) {
    const path = files.get(name.replaceAll('-', '_'))
    const owner: { ownership: Ownership } = path === undefined ? { ownership: 'unknown' } : survey.owner(path)
    const module = listed.get(name)
    yield {
      kind: 'kernel-module',
      name: displayBytes(name),
      ...(path === undefined ? {} : { path: displayBytes(path) }),
      ownership: owner.ownership,
      state: module?.state ?? target.files.text(`/sys/module/${name}/initstate`)?.trim() ?? '',
      ...(module === undefined ? {} : { size: module.size }),
      taint: displayBytes(target.files.text(`/sys/module/${name}/taint`)?.trim() ?? module?.taint ?? ''),
      hidden: listing !== undefined && module === undefined,
    } satisfies KernelModuleFact
  }
}

interface Module {
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

function* taint(target: Target): Iterable<Fact> {
  const path = '/proc/sys/kernel/tainted'
  const value = Number(target.files.text(path)?.trim() ?? 0)
  if (!Number.isSafeInteger(value) || value === 0) return
  const letters = taintLetters.filter(([bit]) => Math.floor(value / 2 ** bit) % 2 === 1).map(([, letter]) => letter)
  yield { kind: 'setting', name: 'kernel-taint', value: letters.join(''), path, text: String(value), attributes: [] }
}
