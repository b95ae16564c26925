import { isTarHeader } from './tar-header.ts'

export const archiveKinds = ['gzip', 'xz', 'zstd', 'zip', 'tar'] as const
export type ArchiveKind = (typeof archiveKinds)[number]

/** Bytes from the beginning that are needed to tell. */
export const kindBytes = 512

const magics: readonly (readonly [ArchiveKind, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
]

/** What a content begins like: the name of its file says nothing. */
export function archiveKind(head: Uint8Array): ArchiveKind | undefined {
  const found = magics.find(([, magic]) => magic.every((byte, at) => head[at] === byte))
  if (found !== undefined) return found[0]
  return isTarHeader(head) ? 'tar' : undefined
}
