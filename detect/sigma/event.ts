import type { Grams } from './grams.ts'
import { fold } from './text-pattern.ts'

/** The values of one field of an event, in the forms that patterns need. */
export interface Slot {
  /** The field is there, be it null. */
  readonly present: boolean
  /** There is no value: absent, null, or an empty list. */
  readonly empty: boolean
  /** Single values; a list gives each of its own. */
  readonly values: readonly (string | number | boolean)[]
  readonly texts: readonly string[]
  readonly folded: readonly string[]
  /** Of the folded texts, made when first asked for. */
  readonly grams: Grams[]
}

export type EventFields = { readonly [field: string]: unknown }

const absent: Slot = { present: false, empty: true, values: [], texts: [], folded: [], grams: [] }
const mostValues = 5000

/** One event as rules see it. Values are looked up and folded once, however many rules ask. */
export class EventView {
  readonly fields: EventFields
  readonly #slots = new Map<string, Slot>()
  #everything: Slot | undefined
  #denied = false
  /** How often a pattern gave no answer about this event. */
  unanswered = 0

  constructor(fields: EventFields) {
    this.fields = fields
  }

  /** A field by its own name, else by the path that its dots say, through lists. */
  slot(field: string): Slot {
    let slot = this.#slots.get(field)
    if (slot) return slot
    const found: unknown[] = []
    lookUp(this.fields, field, found, 0)
    slot = found.length === 0 ? absent : slotOf(found)
    this.#slots.set(field, slot)
    return slot
  }

  /** All values of the event: where keywords are searched. */
  everything(): Slot {
    this.#everything ??= slotOf([this.fields], true)
    return this.#everything
  }

  /** What a pattern without an answer is taken to have said: whatever keeps the rule from matching. */
  doubt(): boolean {
    this.unanswered++
    return this.#denied
  }

  /** The opposite of what a part of a rule says. */
  not(part: (event: EventView) => boolean): boolean {
    this.#denied = !this.#denied
    try {
      return !part(this)
    } finally {
      this.#denied = !this.#denied
    }
  }
}

function lookUp(value: unknown, path: string, found: unknown[], depth: number) {
  if (typeof value !== 'object' || value === null || depth > 20) return
  if (Array.isArray(value)) {
    for (const item of value.slice(0, mostValues)) lookUp(item, path, found, depth + 1)
    return
  }
  if (Object.hasOwn(value, path)) {
    const own: unknown = Reflect.get(value, path)
    if (own !== undefined) found.push(own)
    return
  }
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot)
    if (Object.hasOwn(value, head)) lookUp(Reflect.get(value, head), path.slice(dot + 1), found, depth + 1)
  }
}

function slotOf(found: readonly unknown[], deep = false): Slot {
  const values: (string | number | boolean)[] = []
  let objects = false
  const collect = (value: unknown, depth: number) => {
    if (depth > 20 || values.length >= mostValues || value === null || value === undefined) return
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') values.push(value)
    else if (typeof value === 'bigint') values.push(String(value))
    else if (Array.isArray(value)) for (const item of value) collect(item, depth + 1)
    else if (typeof value === 'object') {
      objects = true
      if (deep) for (const item of Object.values(value)) collect(item, depth + 1)
    }
  }
  for (const value of found) collect(value, 0)
  const texts = values.map(value => (typeof value === 'string' ? value : String(value)))
  return { present: true, empty: values.length === 0 && !objects, values, texts, folded: texts.map(fold), grams: [] }
}
