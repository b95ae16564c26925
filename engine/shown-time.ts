/** A time as people write it: `2026-11-21 20:51 UTC`; what is no time stays as it is. */
export function shownTime(at: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(at) && at.endsWith('Z') ? `${at.slice(0, 10)} ${at.slice(11, 16)} UTC` : at
}
