import type { z } from 'zod'
import { largestReport, type Spooled, spooled } from '../../model/wire/index.ts'

/** One item of a batch, read: a report, or why it is none. */
export type Entry =
  | { readonly sequence: number; readonly spooled: Spooled; readonly text: string }
  | { readonly sequence: number; readonly refused: string; readonly text: string }

export interface Batch {
  /** By sequence, each once. */
  readonly entries: readonly Entry[]
  /** Items whose place in the spool cannot be read: they are nobody's, and are kept for people only. */
  readonly unnumbered: readonly string[]
  /** The largest sequence, 0 without any. */
  readonly through: number
}

/** What an agent sent, checked one by one so that a wrong one does not spoil the others. `above`: already stored up to here. */
export function readBatch(items: readonly unknown[], above: number): Batch {
  const entries = new Map<number, Entry>()
  const unnumbered: string[] = []
  let through = 0
  for (const item of items) {
    const sequence = sequenceOf(item)
    if (sequence === undefined) {
      unnumbered.push(textOf(item) ?? 'nested too deeply to be read')
      continue
    }
    through = Math.max(through, sequence)
    if (sequence > above && !entries.has(sequence)) entries.set(sequence, entryOf(sequence, item))
  }
  return { entries: [...entries.values()].sort((a, b) => a.sequence - b.sequence), unnumbered, through }
}

function sequenceOf(item: unknown): number | undefined {
  if (typeof item !== 'object' || item === null || !Object.hasOwn(item, 'sequence')) return undefined
  const sequence: unknown = Reflect.get(item, 'sequence')
  return typeof sequence === 'number' && Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined
}

function entryOf(sequence: number, item: unknown): Entry {
  const text = textOf(item)
  if (text === undefined) return { sequence, text: '', refused: 'nested too deeply to be read' }
  if (text.length > largestReport || Buffer.byteLength(text) > largestReport)
    return { sequence, text, refused: `larger than ${largestReport >> 20} MiB` }
  const parsed = spooled.safeParse(item)
  return parsed.success
    ? { sequence, text, spooled: parsed.data }
    : { sequence, text, refused: problemsOf(parsed.error) }
}

/** JSON.stringify ends in a RangeError where a value is nested more deeply than the stack is high. */
function textOf(item: unknown): string | undefined {
  try {
    return JSON.stringify(item)
  } catch {
    return undefined
  }
}

function problemsOf(error: z.ZodError): string {
  const problems = error.issues.slice(0, 5).map(one => `${one.path.join('.') || 'report'}: ${one.message}`)
  return problems.join('; ').slice(0, 900)
}
