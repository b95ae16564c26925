import { z } from 'zod'
import { NotAValueError, type PatternValue, patternValues } from './pattern-values.ts'
import type { Sink } from './sink.ts'
import { PatternError, parsePattern } from './stix-pattern.ts'

const indicator = z.looseObject({
  type: z.literal('indicator'),
  id: z.string().max(300),
  pattern: z.string(),
  pattern_type: z.string().optional(),
  name: z.string().optional(),
  description: z.string().optional(),
  confidence: z.number().optional(),
  valid_from: z.string().optional(),
  valid_until: z.string().optional(),
  modified: z.string().optional(),
  revoked: z.boolean().optional(),
})

const bundle = z.union([
  z.object({ type: z.literal('bundle'), objects: z.array(z.unknown()).optional() }),
  // The envelope of a TAXII 2.1 server.
  z.object({ objects: z.array(z.looseObject({ type: z.string(), id: z.string() })) }),
])

/** The objects of a STIX 2 bundle; undefined when it is none. */
export function stixObjects(document: unknown): unknown[] | undefined {
  const found = bundle.safeParse(document)
  return found.success ? (found.data.objects ?? []) : undefined
}

/** Takes what an indicator of STIX 2.0 or 2.1 names. Other objects tell about indicators and are none. */
export function takeStixObject(object: unknown, sink: Sink): void {
  if (typeof object !== 'object' || object === null || Reflect.get(object, 'type') !== 'indicator') return
  const read = indicator.safeParse(object)
  if (!read.success)
    return sink.leave(
      'an indicator that is not as STIX writes them',
      String(Reflect.get(object, 'id')).slice(0, 100),
      '',
    )
  const one = read.data
  const values = valuesOf(one.pattern, one.pattern_type ?? 'stix')
  if (typeof values === 'string') return sink.leave(values, one.id, one.pattern)
  for (const { type, value } of values)
    sink.take({
      place: one.id,
      type,
      value,
      date: one.valid_from ?? one.modified,
      expires: one.valid_until,
      confidence: one.confidence,
      about: one.name ?? one.description,
      ...(one.revoked === true ? { gone: true } : {}),
    })
}

function valuesOf(pattern: string, language: string): PatternValue[] | string {
  if (language !== 'stix') return `a pattern in the language ${language.slice(0, 20)}, not in that of STIX`
  try {
    return patternValues(parsePattern(pattern))
  } catch (error) {
    if (error instanceof NotAValueError) return error.message
    if (error instanceof PatternError) return `a pattern with a fault: ${error.message}`
    throw error
  }
}
