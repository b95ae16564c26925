import { fromFact } from '../../target/index.ts'
import type { SeenContent, Survey } from '../collector.ts'

/** Paths that facts of earlier collectors point at, with why. */
export function pointedPaths(survey: Survey): Map<string, string[]> {
  const paths = new Map<string, string[]>()
  const add = (path: string | undefined, reason: string) => {
    if (path === undefined || !path.startsWith('/') || path.startsWith('/dev/std')) return
    const reasons = paths.get(path)
    if (reasons === undefined) paths.set(path, [reason])
    else if (!reasons.includes(reason)) reasons.push(reason)
  }
  for (const { targets } of survey.facts('autostart')) for (const path of targets) add(path, 'autostart')
  for (const process of survey.facts('process')) {
    // Paths of a container start at its own root, not at the host's.
    if (process.container !== undefined || survey.around?.parents?.includes(process.pid) === true) continue
    if (process.path !== undefined) add(fromFact(process.path, process.pathBytes), 'process')
    add(process.script, 'process')
    for (const path of [...process.targets, ...process.unownedLibraries]) add(path, 'process')
  }
  for (const { library, targets } of survey.facts('preload')) {
    add(library, 'preload')
    for (const path of targets) add(path, 'preload')
  }
  for (const { path } of survey.facts('kernel-module')) add(path, 'kernel-module')
  for (const [path, one] of survey.contents) if (paths.has(path)) add(path, reasonOf(one))
  return paths
}

export function reasonOf({ matches }: SeenContent): string {
  return matches.length > 0 ? 'content' : 'named'
}
