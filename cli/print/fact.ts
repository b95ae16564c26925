import type { IdentifiedFact } from '../../model/index.ts'
import { type Page, styled } from './page.ts'

/** Every field of a fact that says something. */
export function printFact(fact: IdentifiedFact, page: Page): void {
  const rows = Object.entries(fact).flatMap(([name, value]) => {
    const text = textOf(value)
    return text === undefined || name === 'id' || name.endsWith('Bytes') ? [] : [[styled(name, 'blue'), text]]
  })
  page.table(rows)
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === false || value === '') return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(one => textOf(one) ?? '').join(', ')
  if (typeof value === 'object') return JSON.stringify(value)
  return value === true ? 'yes' : String(value)
}
