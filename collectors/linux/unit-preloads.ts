import type { Fact } from '../../model/index.ts'
import type { Survey } from '../collector.ts'
import { glob } from './directory.ts'
import { isPreloadVariable, preloadFacts } from './preload-fact.ts'
import { environmentWords, resolveSpecifiers, type Specifiers, type UnitDirective } from './unit-file.ts'

/** Libraries in `Environment=` and in the files that `EnvironmentFile=` names. */
export function* preloadsOf(
  survey: Survey,
  path: string,
  directives: readonly UnitDirective[],
  specifiers: Specifiers,
): Generator<Fact> {
  for (const { name, value, line, text } of directives) {
    if (name === 'Environment' || name === 'DefaultEnvironment' || name === 'ManagerEnvironment')
      for (const word of environmentWords(value))
        if (isPreloadVariable(word.name)) yield* preloadFacts(survey, word.name, word.value, { path, line, text })
    if (name === 'EnvironmentFile')
      yield* preloadsOfFile(survey, resolveSpecifiers(value.replace(/^-/, ''), specifiers))
  }
}

/** Files that the collector of environment files reads anyhow. */
const readElsewhere = /^\/etc\/(?:environment$|default\/|sysconfig\/)/

function* preloadsOfFile(survey: Survey, pattern: string): Generator<Fact> {
  if (!pattern.startsWith('/') || readElsewhere.test(pattern)) return
  for (const path of glob(survey.target, pattern).slice(0, 50)) yield* environmentFilePreloads(survey, path)
}

/** The preloads of a file of `NAME=value` lines. */
export function* environmentFilePreloads(survey: Survey, path: string): Generator<Fact> {
  const lines = (survey.target.files.text(path, 1 << 18) ?? '').split('\n', 5_000)
  for (const [index, text] of lines.entries()) {
    const [word] = environmentWords(text.replace(/^\s*(?:export\s+)?/, ''))
    if (word !== undefined && isPreloadVariable(word.name))
      yield* preloadFacts(survey, word.name, word.value, { path, line: index + 1, text })
  }
}
