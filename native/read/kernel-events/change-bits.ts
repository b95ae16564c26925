import type { FileChange } from './file-changes.ts'

/** What linux/fanotify.h and linux/inotify.h have in common, with the same numbers. */
export const changeBits = {
  attributes: 0x4,
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  overflow: 0x4000,
  isDirectory: 0x4000_0000,
} as const

/** All changes that are asked for. */
export const everyChange =
  changeBits.attributes |
  changeBits.closeWrite |
  changeBits.movedFrom |
  changeBits.movedTo |
  changeBits.create |
  changeBits.delete

const changeOf: readonly (readonly [number, FileChange])[] = [
  [changeBits.create, 'created'],
  [changeBits.movedFrom, 'moved-out'],
  [changeBits.movedTo, 'moved-in'],
  [changeBits.closeWrite, 'written'],
  [changeBits.attributes, 'attributes'],
  [changeBits.delete, 'deleted'],
]

/** An event may tell several. */
export function changesIn(mask: number): FileChange[] {
  return changeOf.flatMap(([bit, change]) => ((mask & bit) === 0 ? [] : [change]))
}
