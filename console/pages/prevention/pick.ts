/** A word of the address, where it is one of those that the API knows. */
export function pick<const T extends string>(word: string | undefined, of: readonly T[]): T | undefined {
  return of.find(one => one === word)
}
