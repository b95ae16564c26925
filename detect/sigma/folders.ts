import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { hostEvent } from '../../model/index.ts'
import { type CompileOptions, compileRules, createStream, type RuleSet } from './compile.ts'
import { viewsOfEvent } from './host-event.ts'
import { parseJson, parseJsonValues } from './json.ts'
import type { View } from './log-source.ts'
import { type Parsed, parseRules } from './parse.ts'
import type { LogSource } from './rule.ts'
import { viewsOfWindowsEvent } from './windows-event.ts'

const largestFile = 8 * 1024 * 1024

/** The rules of all `.yml` and `.yaml` files below the folders (a file may be named too). `*.cases.yml` hold no rules. */
export function loadRuleFiles(paths: readonly string[]): Parsed {
  const loaded: Parsed = { rules: [], errors: [], warnings: [] }
  for (const file of paths.flatMap(path => ruleFiles(path, loaded, 0))) {
    try {
      const { rules, errors, warnings } = parseRules(readFileSync(file, 'utf8'), file)
      for (const rule of rules) loaded.rules.push(rule)
      loaded.errors.push(...errors)
      loaded.warnings.push(...warnings)
    } catch (error) {
      loaded.errors.push({ file, message: error instanceof Error ? error.message : String(error) })
    }
  }
  return loaded
}

/** One line of `rules eval`. */
export type EvalResult =
  | {
      readonly id: unknown
      readonly rules: readonly string[]
      /** Rules with a pattern that was given up on this event, so that they were taken not to match. */
      readonly unanswered?: readonly string[]
    }
  | { readonly id: null; readonly line: number; readonly error: string; readonly rules: readonly [] }

/**
 * Evaluates lines `{"id","event":{"Event":{…}}}` (an EVTX record), `{"id","logsource":{…},"event":{…}}` or `{"id","event":{"kind":"exec",…}}`
 * (what happens on a host, model/events), one result a line; blank lines give none, and one that cannot be read gives an error.
 */
export async function* evalLines(
  ruleSet: RuleSet,
  lines: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<EvalResult> {
  const unanswered = new Set<string>()
  const stream = createStream(ruleSet, { unanswered: rule => unanswered.add(rule.id) })
  let number = 0
  for await (const text of lines) {
    number++
    if (text.trim() === '') continue
    const result = evalLine(stream, text, number)
    yield unanswered.size === 0 ? result : { ...result, unanswered: [...unanswered] }
    unanswered.clear()
  }
}

function evalLine(stream: ReturnType<typeof createStream>, text: string, line: number): EvalResult {
  try {
    const value = parseJson(text.replace(/^\ufeff/, ''))
    const views = viewsOfLine(value)
    if (views === undefined)
      throw new Error(
        'neither an EVTX record, nor an event with a logsource, nor an event of a host with all its fields',
      )
    const rules = stream.push(views).map(match => match.rule.id)
    return { id: property(value, 'id') ?? null, rules: [...new Set(rules)] }
  } catch (error) {
    return { id: null, line, error: error instanceof Error ? error.message : String(error), rules: [] }
  }
}

/** How an event of the three input forms, or one of a host or an EVTX record alone, is seen by rules. */
export function viewsOfLine(value: unknown): View[] | undefined {
  const event = property(value, 'event')
  const source = property(value, 'logsource')
  const windows = viewsOfWindowsEvent(event) ?? viewsOfWindowsEvent(value)
  if (windows) return windows
  if (source === undefined) return viewsOfHost(event ?? value)
  if (typeof source !== 'object' || source === null || typeof event !== 'object' || event === null) return undefined
  return [{ source: logSourceOf(source), fields: { ...event } }]
}

function viewsOfHost(value: unknown): View[] | undefined {
  const event = hostEvent.safeParse(value)
  return event.success ? viewsOfEvent(event.data) : undefined
}

/** What a folder with `rule.yml` and `event.json` (one event or several) gave. */
export interface FolderResult {
  readonly folder: string
  readonly ok: boolean
  readonly events: number
  /** Events that the folder's rules matched. */
  readonly matched: number
  /** `match_count` of `info.yml`, where there is one. */
  readonly expected?: number
  readonly error?: string
}

/** Tests all folders at or below `dir` that hold a `rule.yml`. */
export function testFolders(dir: string, options: CompileOptions = { foreign: true }): FolderResult[] {
  return ruleFolders(dir, 0).map(folder => {
    try {
      return testFolder(folder, options)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return { folder, ok: false, events: 0, matched: 0, error: message }
    }
  })
}

function testFolder(folder: string, options: CompileOptions): FolderResult {
  const { rules, errors } = parseRules(readFileSync(join(folder, 'rule.yml'), 'utf8'), join(folder, 'rule.yml'))
  const ruleSet = compileRules(rules, options)
  const problem = errors[0] ?? ruleSet.errors[0]
  if (problem) throw new Error(problem.message)
  const [only] = ruleSet.rules
  const stream = createStream(ruleSet)
  const events = parseJsonValues(readFileSync(join(folder, 'event.json'), 'utf8'))
  let matched = 0
  for (const event of events) {
    // A flat event is of the log source that its rule is for.
    const views = viewsOfLine(event) ?? (only ? [{ source: only.logsource, fields: { ...Object(event) } }] : [])
    if (stream.push(views).length > 0) matched++
  }
  const expected = expectedMatches(folder)
  // Upstream's counts are lower bounds: some recordings hold the same event several times. 0 wants silence.
  const ok = expected === 0 ? matched === 0 : matched >= (expected ?? 1)
  return { folder, ok, events: events.length, matched, ...(expected === undefined ? {} : { expected }) }
}

function expectedMatches(folder: string): number | undefined {
  try {
    const count = /^\s*match_count:\s*(\d+)\s*$/m.exec(readFileSync(join(folder, 'info.yml'), 'utf8'))?.[1]
    return count === undefined ? undefined : Number(count)
  } catch {
    return undefined
  }
}

function ruleFiles(path: string, loaded: Parsed, depth: number): string[] {
  try {
    const found = statSync(path)
    if (!found.isDirectory()) {
      if (found.size > largestFile) throw new Error('file is too large for rules')
      return found.isFile() ? [path] : []
    }
    if (depth > 30) return []
    const names = readdirSync(path).sort()
    return names.flatMap(name => {
      const inner = join(path, name)
      if (/\.ya?ml$/i.test(name) && !/\.cases\.ya?ml$/i.test(name)) return ruleFiles(inner, loaded, depth + 1)
      return isFolder(inner) ? ruleFiles(inner, loaded, depth + 1) : []
    })
  } catch (error) {
    loaded.errors.push({ file: path, message: error instanceof Error ? error.message : String(error) })
    return []
  }
}

function ruleFolders(dir: string, depth: number): string[] {
  const names = readdirSync(dir).sort()
  const own = names.includes('rule.yml') ? [dir] : []
  if (depth > 30) return own
  return [...own, ...names.flatMap(name => (isFolder(join(dir, name)) ? ruleFolders(join(dir, name), depth + 1) : []))]
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function logSourceOf(value: object): LogSource {
  const source: { category?: string; product?: string; service?: string } = {}
  for (const key of ['category', 'product', 'service'] as const) {
    const word = property(value, key)
    if (typeof word === 'string' && word !== '') source[key] = word
  }
  return source
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}
