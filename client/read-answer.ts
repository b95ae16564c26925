import type { LiveEvent, Problem } from '../model/api/index.ts'

// The schemas of model/api say the same and more; here is only what a client relies on, so that a page of the console need not fetch them.

/** RFC 9457, as the center writes it; `undefined`: it was somebody else who answered. */
export function problemIn(value: unknown): Problem | undefined {
  if (!isRecord(value)) return undefined
  const { type, title, status, detail, errors } = value
  if (typeof type !== 'string' || typeof title !== 'string' || typeof status !== 'number') return undefined
  const fields = Array.isArray(errors) ? errors.filter(isField) : undefined
  return {
    ...value,
    type,
    title,
    status,
    detail: typeof detail === 'string' ? detail : undefined,
    ...(fields === undefined ? {} : { errors: fields }),
  }
}

/** `undefined`: no event that this program knows. */
export function liveEventIn(event: string | undefined, data: unknown): LiveEvent | undefined {
  if (!isRecord(data)) return undefined
  const { why, what, id, at } = data
  const wanted = { event, data }
  if (event === 'look-again' && typeof why === 'string') return wanted as LiveEvent
  if (event === 'end' && (why === 'signed-out' || why === 'closing')) return wanted as LiveEvent
  if (event !== 'changed') return undefined
  return [what, id, at].every(one => typeof one === 'string') ? (wanted as LiveEvent) : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isField(value: unknown): value is { path: string; message: string } {
  return isRecord(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string'
}
