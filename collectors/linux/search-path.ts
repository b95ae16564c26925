import { fromFact } from '../../target/index.ts'
import type { Survey } from '../collector.ts'

const starts = new Set(['profile', 'bashrc', 'shell-start', 'environment'])
const mostDirectories = 100

/** Directories that start files of shells and sessions put before the system's own in PATH (environ(7)). */
export function searchedFirst(survey: Survey): string[] {
  const homes = new Map(survey.people.map(({ name, home }) => [name, home]))
  const directories = new Set<string>()
  for (const { mechanism, text, textBytes, user } of survey.facts('autostart')) {
    if (!starts.has(mechanism) || text === undefined) continue
    for (const directory of directoriesBefore(fromFact(text, textBytes), homes.get(user ?? 'root')))
      if (directories.size < mostDirectories) directories.add(directory)
  }
  return [...directories]
}

/** Of `PATH=~/x:/opt/y/bin:$PATH:/z` what stands before the old value and before the directories of the system. */
export function directoriesBefore(text: string, home: string | undefined): string[] {
  const found: string[] = []
  for (const [, value = ''] of text.slice(0, 8_192).matchAll(/\b(?:PATH|path)=\(?["']?([^"'\s;)]{1,4096})/g)) {
    for (const part of value.split(':')) {
      if (/^\$(?:\{PATH\}|PATH)$|^\/(?:usr\/)?s?bin\/?$/.test(part)) break
      const path = home === undefined ? part : part.replace(/^(?:~|\$HOME|\$\{HOME\})(?=\/|$)/, home)
      if (/^\/[^$`*?]+$/.test(path)) found.push(path.replace(/\/+$/, ''))
    }
  }
  return found
}
