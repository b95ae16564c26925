import { ReportRefused } from './report-refused.ts'

/**
 * True when the same report will fail again however often it is tried: it breaks a rule of ours or of the tables, or our
 * own code. Else the store is away or busy, and nothing may be acknowledged.
 * Classes of SQLSTATE: PostgreSQL, appendix A.
 */
export function isLasting(error: unknown): boolean {
  if (error instanceof ReportRefused || error instanceof TypeError || error instanceof RangeError) return true
  const code = codeOf(error)
  return code !== undefined && /^(?:21|22|23|42|44|54)[0-9A-Z]{3}$/.test(code)
}

/** For people: no row values, which errors of a database may carry. */
export function reasonOf(error: unknown): string {
  if (error instanceof ReportRefused) return error.message
  const code = codeOf(error)
  if (code !== undefined) return `the store does not take it (${code}: ${error instanceof Error ? error.message : ''})`
  return `it could not be understood: ${error instanceof Error ? error.message : String(error)}`
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' && code.length === 5 ? code : undefined
}
