import type { ItemOf } from '../../center/index.ts'

export type Entry = ItemOf<'listQuarantine'>
export type EntryAction = { readonly what: 'restore' | 'download'; readonly entry: Entry }

/** Links and directories have no hash of a content: they come back with their run only. */
export function isFile({ sha256 }: Entry): boolean {
  return /^[0-9a-f]{64}$/.test(sha256)
}
