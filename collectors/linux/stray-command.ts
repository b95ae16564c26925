import type { Survey } from '../collector.ts'
import { openPackages } from './packages/package-database.ts'

const directories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']
const remembered = new WeakMap<Survey, Map<string, string | undefined>>()

/**
 * Where a command lies that is called without a path, if no package put it there: a job that only says `perfcc` stands on
 * that file all the same. Commands of packages are not pointed at, they would all have to be read.
 */
export function strayCommand(survey: Survey, name: string): string | undefined {
  const known = remembered.get(survey) ?? new Map<string, string | undefined>()
  remembered.set(survey, known)
  if (!known.has(name)) known.set(name, find(survey, name))
  return known.get(name)
}

function find(survey: Survey, name: string): string | undefined {
  const packages = openPackages(survey.target)
  // Without a list of packages every command would seem a stray.
  if (packages.managers.length === 0) return undefined
  for (const directory of directories) {
    const path = `${directory}/${name}`
    if (packages.packageOf(path) !== undefined) return undefined
    if (survey.target.files.stat(path)?.type === 'file') return path
  }
  return undefined
}
