import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { canonicalHash } from '../engine/index.ts'
import type { IdentifiedFact } from '../model/index.ts'
import { type InventoryKind, inventoryKinds, type Report } from '../model/wire/index.ts'
import { readOptional, writeState } from './state/state-files.ts'
import type { Look } from './look.ts'

type Inventory = Extract<Report, { kind: 'inventory' }>
/** Fact id → kind and what it was like. */
type Snapshot = Readonly<Record<string, readonly [kind: string, hash: string]>>

/**
 * What of the inventory is new, different or gone since the last report, or all of it. The agent makes `inventory.next.json` the
 * last one when the reports lie in its spool, so that what was lost on the way is told again.
 */
export function inventoryChange(look: Look, own: string, whole: boolean): Inventory[] {
  const facts = look.assessment.world.facts.filter(one => isInventory(one.kind))
  const unique = [...new Map(facts.map(one => [one.id, one])).values()]
  const before = whole ? undefined : readSnapshot(join(own, 'inventory.json'))
  const now: Record<string, readonly [string, string]> = {}
  for (const one of unique) now[one.id] = [one.kind, hashOf(one)]
  const blind = kindsNotSeen(look)
  const gone = Object.entries(before ?? {}).filter(([id]) => now[id] === undefined)
  for (const [id, entry] of gone) if (blind.has(entry[0])) now[id] = entry
  writeState(join(own, 'inventory.next.json'), { format: 'davylamp-inventory', version: 1, facts: now })
  if (before === undefined) return parts(unique, randomUUID())
  const changed = unique.filter(one => before[one.id]?.[1] !== now[one.id]?.[1])
  const lost = gone.flatMap(([id, [kind]]) => (isInventory(kind) && !blind.has(kind) ? [{ id, kind }] : []))
  return changed.length + lost.length === 0 ? [] : [...parts(changed), ...lostParts(lost)].map(lastOf)
}

const partCount = 500
const partBytes = 1_048_576

function parts(facts: readonly IdentifiedFact[], snapshot?: string): Inventory[] {
  const lists: IdentifiedFact[][] = [[]]
  let bytes = 0
  for (const one of facts) {
    const size = Buffer.byteLength(JSON.stringify(one))
    if ((lists.at(-1)?.length ?? 0) >= partCount || (bytes > 0 && bytes + size > partBytes)) {
      lists.push([])
      bytes = 0
    }
    lists.at(-1)?.push(one)
    bytes += size
  }
  const named = snapshot === undefined ? {} : { snapshot }
  return lists
    .filter((one, at) => one.length > 0 || (at === 0 && snapshot !== undefined))
    .map((present, at) => ({ kind: 'inventory', ...named, last: at === lists.length - 1, present, gone: [] }))
}

function lostParts(lost: readonly { id: string; kind: InventoryKind }[]): Inventory[] {
  const count = Math.ceil(lost.length / partCount)
  return Array.from({ length: count }, (_, at) => ({
    kind: 'inventory',
    last: true,
    present: [],
    gone: lost.slice(at * partCount, (at + 1) * partCount),
  }))
}

function lastOf(one: Inventory, at: number, all: readonly Inventory[]): Inventory {
  return { ...one, last: at === all.length - 1 }
}

/** What changes with every restart of a program says nothing about the host. */
const passing = new Set(['pid', 'startTime', 'inode'])

function hashOf(fact: IdentifiedFact): string {
  const lasting = Object.fromEntries(Object.entries(fact).filter(([name]) => !passing.has(name)))
  return canonicalHash(lasting).slice(0, 16)
}

/** Kinds of which a part could not be looked at: what is missing there is not gone. */
function kindsNotSeen(look: Look): ReadonlySet<string> {
  const words = look.scan.gaps.map(one => one.what)
  const blind = inventoryKinds.filter(kind => words.some(what => what.includes(kind.replaceAll('-', ' '))))
  if (words.some(what => what === 'sockets' || what === 'processes')) blind.push('listener')
  if (words.some(what => /autostart|systemd|shell start|git hooks|yaml|json/.test(what))) blind.push('autostart')
  return new Set(blind)
}

function isInventory(kind: string): kind is InventoryKind {
  return inventoryKinds.some(one => one === kind)
}

function readSnapshot(path: string): Snapshot | undefined {
  try {
    const text = readOptional(path)
    if (text === undefined) return undefined
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('facts' in value)) return undefined
    return value.facts as Snapshot
  } catch {
    // Cut by a crash: then all of it is told again.
    return undefined
  }
}
