import { EntrySink } from './feeds/sink.ts'
import { TableReader } from './feeds/table.ts'
import type { Indicator } from './indicator.ts'
import { readSharedPlaces } from './shared-places.ts'

/** The indicators of a short table in memory; later ones replace earlier ones. Throws where a row of it cannot be used. */
export function readListed(text: string, now: string): Indicator[] {
  const found = new Map<string, Indicator>()
  const sink = new EntrySink(
    {
      add: one => void found.set(`${one.type} ${one.value}`, one),
      remove: (type, value) => void found.delete(`${type} ${value}`),
    },
    { now },
    readSharedPlaces(''),
  )
  const reader = new TableReader(sink)
  for (const line of text.split('\n')) reader.push(line)
  reader.end()
  const [left] = sink.left
  if (left !== undefined) throw new Error(`${left.examples[0]}: ${left.why}`)
  return [...found.values()]
}
