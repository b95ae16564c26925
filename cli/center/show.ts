import { shownTime } from '../../engine/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Context } from '../context.ts'
import { styled } from '../print/page.ts'

/** A page of what a center lists. */
interface Pages<Item> {
  readonly items: readonly Item[]
  readonly next?: string | undefined
}

/** Options of every list that comes in pages. */
export interface ListOptions {
  readonly limit?: number
  readonly all?: boolean
  readonly after?: string
}

export type Cell = string | number | undefined
export type Column<Item> = readonly [title: string, cell: (item: Item) => Cell]

/** What a host, or somebody else, wrote: on one line, and never a control character or colour of theirs. */
export function plain(text: string): string {
  return displayBytes(text)
}

/** The same for all texts in an answer, before it is handed to what prints plans and runs. */
export function plainAll<T>(value: T): T {
  return mapped(value) as T
}

function mapped(value: unknown): unknown {
  if (typeof value === 'string') return plain(value)
  if (Array.isArray(value)) return value.map(mapped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [plain(key), mapped(one)]))
}

/** A sentence with what others wrote in it. */
export function said(parts: TemplateStringsArray, ...values: readonly Cell[]): string {
  return parts.reduce((text, part, at) => `${text}${at === 0 ? '' : plain(String(values[at - 1] ?? ''))}${part}`, '')
}

export function when(at: string | undefined): string {
  return at === undefined ? '' : shownTime(at)
}

const usual = 100
const largestPage = 500

/** Page after page until there are as many as wanted. `next` is there when there are more. */
export async function gathered<Item>(
  list: (paging: { limit: number; after?: string }) => Promise<Pages<Item>>,
  { limit = usual, all = false, after }: ListOptions,
): Promise<Pages<Item>> {
  const items: Item[] = []
  const most = all ? Number.POSITIVE_INFINITY : limit
  let next = after
  do {
    const page = await list({
      limit: Math.min(largestPage, most - items.length),
      ...(next === undefined ? {} : { after: next }),
    })
    items.push(...page.items)
    next = page.next
  } while (next !== undefined && items.length < most)
  return next === undefined ? { items } : { items, next }
}

/** Gathers a list and shows it: the API's document with --json, else a table. */
export async function showPages<Item>(
  context: Context,
  options: ListOptions,
  list: (paging: { limit: number; after?: string }) => Promise<Pages<Item>>,
  columns: readonly Column<Item>[],
  nothing: string,
): Promise<void> {
  showList(context, await gathered(list, options), columns, nothing)
}

export function showList<Item>(
  context: Context,
  found: Pages<Item>,
  columns: readonly Column<Item>[],
  nothing: string,
): void {
  if (context.json) return context.print(found)
  if (found.items.length === 0) return context.page.text(nothing)
  context.page.table(
    [
      columns.map(([title]) => styled(title, 'dim')),
      ...found.items.map(item => columns.map(([, cell]) => shown(cell(item)))),
    ],
    0,
  )
  if (found.next !== undefined) context.notes.text('There are more: --limit NUMBER, or --all.')
}

/** One thing: the API's document with --json, else a line for each field that is there. */
export function showOne(context: Context, document: unknown, fields: readonly (readonly [string, Cell])[]): void {
  if (context.json) return context.print(document)
  context.page.table(
    fields
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => [styled(name, 'dim'), shown(value)]),
    0,
  )
}

/** What a change answered: the API's document with --json, else a sentence. */
export function showDone(context: Context, document: unknown, sentence: string): void {
  if (context.json) context.print(document)
  else context.page.text(sentence)
}

/** A document as a person reads it: JSON on several lines, each safe for a terminal. */
export function showJson(context: Context, value: unknown, indent = 0): void {
  for (const line of JSON.stringify(value, undefined, 2).split('\n'))
    context.page.line(`${' '.repeat(indent)}${plain(line)}`)
}

function shown(cell: Cell): string {
  return cell === undefined ? '' : plain(String(cell))
}
