const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export interface LogLine {
  /** Milliseconds since 1970; of a line without a zone as if it were UTC. */
  readonly atMs: number
  /** The line says its zone (RFC 3339), so that nothing need be guessed. */
  readonly exact: boolean
  readonly program: string
  readonly message: string
}

/** `Nov 21 20:13:59 host sshd[12]: …` or RFC 3339. The first form has no year: it is the latest that does not lie after the file's last change. */
export function parseLogLine(line: string, writtenMs: number): LogLine | undefined {
  const match =
    /^(?:([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)|(\d{4}-\d\d-\d\dT[\d:.]{8,15}(?:Z|[+-]\d\d:?\d\d)?)) \S+ ([\w./-]+)(?:\[\d+\])?: +(.*)$/.exec(
      line,
    )
  if (!match) return undefined
  const program = match[7] ?? ''
  const message = match[8] ?? ''
  if (match[6] !== undefined) {
    const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(match[6])
    const atMs = Date.parse(zoned ? match[6] : `${match[6]}Z`)
    return Number.isNaN(atMs) ? undefined : { atMs, exact: zoned, program, message }
  }
  const month = months.indexOf(match[1] ?? '')
  if (month < 0) return undefined
  const inYear = (year: number): number =>
    Date.UTC(year, month, Number(match[2]), Number(match[3]), Number(match[4]), Number(match[5]))
  const year = new Date(writtenMs).getUTCFullYear()
  // Up to a day late may be the zone; more is last year's.
  const atMs = inYear(year) > writtenMs + 86_400_000 ? inYear(year - 1) : inYear(year)
  return { atMs, exact: false, program, message }
}

const quarterMs = 900_000

/**
 * How far the lines of a log without zones are from UTC: its last line was written when the file changed last. Zero where the
 * two do not agree to a quarter of an hour.
 */
export function zoneOffset(lastLineMs: number, writtenMs: number): number {
  const apart = writtenMs - lastLineMs
  const offset = Math.round(apart / quarterMs) * quarterMs
  return Math.abs(offset) <= 14 * 3_600_000 && Math.abs(apart - offset) <= 60_000 ? offset : 0
}
