import type { AutostartFact, Mechanism } from '../../model/index.ts'
import type { FileStat } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact, isStock } from './autostart-fact.ts'
import { commandTargets } from './command.ts'
import { baseName, distinct, join } from './directory.ts'

/** Directories whose files are run, each as a whole, when something happens. */
export interface ScriptPlace {
  readonly mechanism: Mechanism
  readonly directories: readonly string[]
  readonly schedule: string
  /** Which names are run at all; others are still facts, but not enabled. */
  readonly runs?: (name: string, stat: FileStat) => boolean
  /** Names that are never scripts here. */
  readonly ignore?: RegExp
  readonly user?: string | undefined
  /** Leaves out what a package owns unmodified, where there are hundreds. */
  readonly skipStock?: boolean
}

/** One autostart for each file of such directories; a link is one too, wherever it leads. */
export function* scriptsOf(survey: Survey, place: ScriptPlace): Generator<AutostartFact> {
  const { files } = survey.target
  for (const directory of distinct(survey.target, place.directories)) {
    for (const name of files.list(directory, 2_000) ?? []) {
      if (place.ignore?.test(name)) continue
      const path = join(directory, name)
      const stat = files.stat(path)
      const link = files.lstat(path)?.type === 'symlink'
      if (stat ? stat.type !== 'file' : !link) continue
      if (place.skipStock && isStock(survey, path)) continue
      const enabled = stat !== undefined && (place.runs ?? isExecutable)(name, stat)
      yield scriptFact(survey, { ...place, path, enabled })
    }
  }
}

/** A file that is run as a whole: its command is its own path, its targets what it starts in turn. */
export function scriptFact(
  survey: Survey,
  given: {
    readonly mechanism: Mechanism
    readonly path: string
    readonly schedule?: string | undefined
    readonly user?: string | undefined
    readonly enabled?: boolean
    readonly links?: readonly string[]
    readonly settings?: readonly string[]
    readonly name?: string
    readonly oddities?: readonly string[]
  },
): AutostartFact {
  const { files } = survey.target
  const link = files.lstat(given.path)?.type === 'symlink' ? files.realPath(given.path) : undefined
  const targets = [given.path, ...(link === undefined ? [] : [link]), ...scriptTargets(survey, given.path)]
  const { mechanism, path, schedule, user, enabled, links, settings, oddities } = given
  const name = given.name ?? baseName(path)
  return autostartFact(survey, {
    mechanism,
    path,
    name,
    command: path,
    schedule,
    user,
    enabled,
    links,
    settings,
    targets,
    oddities,
  })
}

export function isExecutable(_name: string, stat: FileStat): boolean {
  return (stat.mode & 0o111) !== 0
}

const longestScript = 256 * 1024
const mostTargets = 24

/**
 * The files that a script names and no package owns. A script that is as its package left it is not looked into. A name
 * that leads nowhere counts only where miners drop things, because scripts name many files that they would create.
 */
export function scriptTargets(survey: Survey, path: string): string[] {
  const { files } = survey.target
  const stat = files.stat(path)
  if (stat?.type !== 'file' || stat.size > longestScript || isStock(survey, path)) return []
  const text = files.text(path, longestScript)
  if (text === undefined || text.includes('\0') || text.startsWith('\x7fELF')) return []
  const named = new Set<string>()
  for (const line of text.split('\n', 2_000)) {
    if (/^\s*(#|$)/.test(line) || line.length > 8_192) continue
    for (const target of commandTargets(line, {})) named.add(target)
    for (const match of line.matchAll(/(?<![\w.:/$}-])\/[\w.+@%-][^\s'"`;|&()<>{}$*?,=]{0,400}/g)) named.add(match[0])
    if (named.size > 200) break
  }
  const targets: string[] = []
  for (const name of named) {
    if (targets.length >= mostTargets) break
    if (name !== path && isForeign(survey, name)) targets.push(name)
  }
  return targets
}

function isForeign(survey: Survey, path: string): boolean {
  if (/^\/(?:dev(?!\/shm\/)|proc|sys)(?:\/|$)/.test(path)) return false
  const stat = survey.target.files.stat(path)
  if (stat === undefined) return /^\/(?:tmp|var\/tmp|dev\/shm)\/./.test(path)
  return stat.type === 'file' && !isStock(survey, path)
}
