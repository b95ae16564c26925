import { z } from 'zod'
import { displayBytes, exactBytes, fromFact } from '../target/index.ts'
import type { Metadata } from './host-files.ts'

/** What the vault knows of one thing that it keeps. */
export const vaultEntry = z.object({
  format: z.literal('davylamp-vault-entry'),
  version: z.literal(1),
  id: z.string(),
  /** What it is to the reader: `quarantined`, `preserved`, `before-change`. */
  why: z.enum(['quarantined', 'preserved', 'before-change']),
  /** Where it lay, or what it is of, such as `/proc/77/exe`. */
  origin: z.string(),
  originBytes: z.string().optional(),
  /** Of the content. */
  sha256: z.string(),
  size: z.number(),
  type: z.string(),
  linkTarget: z.string().optional(),
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  accessedNs: z.string(),
  modifiedNs: z.string(),
  inode: z.string(),
  device: z.string(),
  linkCount: z.number(),
  flags: z.number(),
  /** Extended attributes with their base64 values; ACLs and capabilities are among them. */
  attributes: z.array(z.tuple([z.string(), z.string()])),
  run: z.string(),
  action: z.number(),
  at: z.string(),
})
export type VaultEntry = z.infer<typeof vaultEntry>

/** What is to be kept: an open descriptor, or bytes. */
export interface Keepsake {
  readonly id: string
  readonly why: VaultEntry['why']
  /** In the form of `decodeBytes`. */
  readonly origin: string
  readonly metadata?: Metadata | undefined
  readonly linkTarget?: string | undefined
  readonly run: string
  readonly action: number
  readonly content: number | Uint8Array
  /** More bytes than this are an error, and nothing is kept. */
  readonly limit?: number | undefined
}

/** What `inspect` saw of the thing when it was kept. */
export function metadataOf(entry: VaultEntry): Metadata {
  const { size, uid, gid, mode, accessedNs, modifiedNs, inode, device, linkCount, flags, attributes } = entry
  const type = entry.type as Metadata['type']
  return { type, size, uid, gid, mode, accessedNs, modifiedNs, inode, device, linkCount, flags, attributes }
}

/** Where it lay, in the form of `decodeBytes`. */
export function originOf(entry: VaultEntry): string {
  return fromFact(entry.origin, entry.originBytes)
}

/** The description of what was kept. */
export function entryOf(keepsake: Keepsake, sha256: string, size: number): VaultEntry {
  const { id, why, origin, metadata, linkTarget, run, action } = keepsake
  const now = `${BigInt(Date.now()) * 1_000_000n}`
  const originBytes = exactBytes(origin)
  return {
    format: 'davylamp-vault-entry',
    version: 1,
    id,
    why,
    origin: displayBytes(origin),
    ...(originBytes === undefined ? {} : { originBytes }),
    sha256,
    size,
    type: metadata?.type ?? 'file',
    ...(linkTarget === undefined ? {} : { linkTarget: displayBytes(linkTarget) }),
    mode: metadata?.mode ?? 0o600,
    uid: metadata?.uid ?? 0,
    gid: metadata?.gid ?? 0,
    accessedNs: metadata?.accessedNs ?? now,
    modifiedNs: metadata?.modifiedNs ?? now,
    inode: metadata?.inode ?? '0',
    device: metadata?.device ?? '0',
    linkCount: metadata?.linkCount ?? 1,
    flags: metadata?.flags ?? 0,
    attributes: (metadata?.attributes ?? []).map(([name, value]) => [name, value]),
    run,
    action,
    at: new Date().toISOString(),
  }
}
