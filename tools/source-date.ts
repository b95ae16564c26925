/** 2026-01-01, a time that every tool can show. */
const usual = 1_767_225_600

/**
 * The one time that everything in a package bears, in seconds since 1970, so that the same sources give the same bytes whenever they are packed:
 * SOURCE_DATE_EPOCH (reproducible-builds.org/specs/source-date-epoch) or a fixed day.
 */
export function sourceDate(): number {
  const given = process.env['SOURCE_DATE_EPOCH'] ?? ''
  return /^\d{1,10}$/.test(given) ? Number(given) : usual
}
