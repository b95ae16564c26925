import { readFileSync } from 'node:fs'
import { type AnyRule, type Value, WrittenNumber } from '../detect/sigma/index.ts'
import type { EventFinding } from '../model/index.ts'

/** What a finding of a rule says beside the rule's name and the event. */
export type EventMeaning = Pick<EventFinding, 'level' | 'class' | 'conclusive' | 'attack' | 'families'> & {
  readonly specific?: NonNullable<EventFinding['specific']>
  readonly because?: string
}

/** Rules over events as they lie between the child that reads rule files and the agent's own process. */
export interface PreparedEventRules {
  /** Hash of all rule files, whatever they are about: other bytes, other rules. */
  readonly digest: string
  readonly own: readonly AnyRule[]
  readonly foreign: readonly AnyRule[]
  /** By the id of the rule. */
  readonly meanings: ReadonlyMap<string, EventMeaning>
}

const format = 'davylamp-event-rules'
const version = 1
const largest = 64 * 1_048_576

export function writePrepared({ digest, own, foreign, meanings }: PreparedEventRules): string {
  const lists = { own: own.map(storedRule), foreign: foreign.map(storedRule) }
  return `${JSON.stringify({ format, version, digest, ...lists, meanings: [...meanings] })}\n`
}

/** Throws a plain sentence where the file is missing, cut or of another version of the program. */
export function readPrepared(path: string): PreparedEventRules {
  const text = textOf(path)
  const read = parsed(text)
  if (read?.format !== format || read.version !== version) throw new Error('holds no rules that this version knows')
  for (const rule of [...read.own, ...read.foreign]) restoreNumbers(rule)
  return { digest: read.digest, own: read.own, foreign: read.foreign, meanings: new Map(read.meanings) }
}

interface Stored {
  readonly format: string
  readonly version: number
  readonly digest: string
  readonly own: readonly AnyRule[]
  readonly foreign: readonly AnyRule[]
  readonly meanings: readonly (readonly [string, EventMeaning])[]
}

function textOf(path: string): string {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length <= largest) return text
  } catch (error) {
    if (Reflect.get(Object(error), 'code') === 'ENOENT') throw new Error('the rules over events are not prepared yet')
    throw error
  }
  throw new Error('is too large')
}

/** Its maker is a child of our own and replaces it whole: only what a disk can do to it is looked for. */
function parsed(text: string): Stored | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Stored) : undefined
  } catch {
    throw new Error('is cut off or not JSON')
  }
}

/** Only what judging needs: words for people are in the rule files. */
function storedRule({ file: _file, description: _description, custom: _custom, ...rule }: AnyRule): unknown {
  const kept = { ...rule, tags: [], references: [], falsepositives: [], fields: [] }
  return 'detections' in kept ? { ...kept, detections: stored(kept.detections) } : kept
}

/** A number as it was written is a class of its own, which JSON has no word for. */
const written = '\u0000number'

function stored(value: Value): unknown {
  if (value instanceof WrittenNumber) return { [written]: value.text, value: value.value }
  if (Array.isArray(value)) return value.map(stored)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, stored(inner)]))
}

function restoreNumbers(rule: AnyRule): void {
  if ('detections' in rule) restoreIn(rule.detections)
}

function restoreIn(container: object): void {
  for (const [key, value] of Object.entries(container)) {
    if (typeof value !== 'object' || value === null) continue
    if (Object.hasOwn(value, written))
      Reflect.set(container, key, new WrittenNumber(String(value[written]), Number(value.value)))
    else restoreIn(value)
  }
}
