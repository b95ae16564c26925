/** Reasons of edges that only circumstances give. */
export const sameMinutes = 'changed within the same ten minutes'
export const nothingElse = 'nothing else on this host explains it'
export const circumstantial: ReadonlySet<string> = new Set([sameMinutes, nothingElse])
