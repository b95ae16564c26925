import type { z } from 'zod'
import { type Fact, fact, factSchemas } from '../model/index.ts'

/** A fact with every field that its schema asks for: what the case does not say is empty, zero, false or an old date. */
export function factWith(given: Record<string, unknown>): Fact {
  const schema = Object.entries(factSchemas).find(([kind]) => kind === given['kind'])?.[1]
  if (schema === undefined) throw new Error(`no such kind of fact: ${String(given['kind'])}`)
  const whole: Record<string, unknown> = {}
  for (const [name, field] of Object.entries<z.ZodType>(schema.shape)) {
    if (name in given || field.safeParse(undefined).success) continue
    whole[name] = ['2026-01-01T00:00:00Z', '', 0, false, []].find(
      value => field.safeParse(value).success && !isDate(name, value),
    )
  }
  return fact.parse({ ...whole, ...given })
}

function isDate(name: string, value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && !/^(modified|changed|created|at|until|startedAt)$/.test(name)
}
