import type { PreloadFact } from '../../model/index.ts'
import { displayBytes, exactBytes } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { aboutFile } from './autostart-fact.ts'

type Variable = PreloadFact['variable']

const variables: readonly string[] = ['LD_PRELOAD', 'LD_AUDIT', 'LD_LIBRARY_PATH'] satisfies Variable[]

/** Where a preload is written. */
export interface PreloadPlace {
  readonly path: string
  readonly line?: number | undefined
  readonly text: string
}

/** True for a variable by which ld.so(8) loads libraries nobody asked for. */
export function isPreloadVariable(name: string): name is Variable {
  return variables.includes(name)
}

/** One fact for each library (or directory) that the value names; ld.so splits by spaces and colons. */
export function preloadFacts(survey: Survey, variable: Variable, value: string, place: PreloadPlace): PreloadFact[] {
  const { ownership, attributes, modified } = aboutFile(survey, place.path)
  const textBytes = exactBytes(place.text)
  return librariesOf(value).map(library => ({
    kind: 'preload',
    path: displayBytes(place.path),
    ...(place.line === undefined ? {} : { line: place.line }),
    text: displayBytes(place.text),
    ...(textBytes === undefined ? {} : { textBytes }),
    variable,
    library: displayBytes(library),
    targets: library.startsWith('/') ? [displayBytes(library)] : [],
    ownership,
    attributes,
    ...(modified === undefined ? {} : { modified }),
  }))
}

/** The entries of such a value, without references to the variable's value before. */
export function librariesOf(value: string): string[] {
  const entries = value.split(/[\s:;]+/).filter(entry => entry !== '' && !/^\$\{?LD_/.test(entry))
  return [...new Set(entries)].slice(0, 64)
}
