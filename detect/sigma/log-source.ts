import type { LogSource } from './rule.ts'

/** An event as one log source shows it: the same event can be a `security` record and a `process_creation`. */
export interface View {
  readonly source: LogSource
  readonly fields: { readonly [field: string]: unknown }
}

const words = ['category', 'product', 'service'] as const

/** Whether a rule (or filter) for `wanted` is meant for what comes from `given`: each word that it says is the same there. */
export function fitsLogSource(wanted: LogSource, given: LogSource): boolean {
  return words.every(word => wanted[word] === undefined || plain(wanted[word]) === plain(given[word]))
}

/** `login-key` and `login_key` are the same word. */
function plain(word: string | undefined): string | undefined {
  return word?.toLowerCase().replaceAll('_', '-')
}
