/** Milliseconds since 1970 as facts hold time: UTC, RFC 3339. A time that no calendar has is the epoch. */
export function factTime(milliseconds: number): string {
  return new Date(Math.abs(milliseconds) <= 8.64e15 ? milliseconds : 0).toISOString()
}
