import type { Fact, FactKind, FactOf, Ownership } from '../../model/index.ts'
import { type MemoryFile, memoryTarget, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { readPeople } from './people.ts'

export interface SurveyOptions {
  /** What the package database would say of a path; all others are unowned. */
  readonly ownership?: Readonly<Record<string, Ownership>>
  readonly facts?: readonly Fact[]
  readonly live?: boolean
  readonly deep?: boolean
}

/** For tests: a survey of a host out of a table of files. */
export function surveyOf(
  files: Readonly<Record<string, string | Buffer | MemoryFile>>,
  options: SurveyOptions = {},
): Survey {
  return surveyTarget(memoryTarget({ files, ...(options.live === undefined ? {} : { live: options.live }) }), options)
}

/** For tests: the same over any target. */
export function surveyTarget(target: Target, { ownership = {}, facts = [], deep = false }: SurveyOptions = {}): Survey {
  return {
    target,
    facts: <K extends FactKind>(kind: K) => facts.filter((fact): fact is FactOf<K> => fact.kind === kind),
    people: readPeople(target),
    owner: path => ({ ownership: ownership[path] ?? ownership[target.files.realPath(path) ?? path] ?? 'unowned' }),
    observeSeconds: 0,
    deep,
    readsAll: false,
    contents: new Map(),
    progress: () => {},
  }
}

/** For tests: all facts of a collector. */
export async function collected(collector: Collector, survey: Survey): Promise<Fact[]> {
  const facts: Fact[] = []
  for await (const fact of collector.collect(survey)) facts.push(fact)
  return facts
}

/** For tests: the autostarts of a collector, each as one line: `mechanism path:line [off] command -> targets`. */
export async function started(collector: Collector, survey: Survey): Promise<string[]> {
  return (await collected(collector, survey)).map(brief)
}

/** For tests: a fact in one line. */
export function brief(fact: Fact): string {
  if (fact.kind === 'preload') return `preload ${fact.path}:${fact.line ?? ''} ${fact.variable} ${fact.library}`
  if (fact.kind === 'setting') return `setting ${fact.name}=${fact.value}`
  if (fact.kind === 'container') return `container ${fact.runtime} ${fact.name} ${fact.image} ${fact.command}`
  if (fact.kind !== 'autostart') return fact.kind
  const place = fact.line === undefined ? fact.path : `${fact.path}:${fact.line}`
  const targets = fact.targets.length === 0 ? '' : ` -> ${fact.targets.join(' ')}`
  return `${fact.mechanism} ${place}${fact.enabled ? '' : ' [off]'} ${fact.command}${targets}`
}
