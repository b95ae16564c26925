import { hash } from 'node:crypto'
import { digestBytes, type IndicatorType, isDigest } from './indicator.ts'

/** Digests have a table for each kind; everything else lies in one, under a digest of type and value. */
export const tableNames = ['md5', 'sha1', 'sha256', 'names'] as const
export type TableName = (typeof tableNames)[number]

const nameBytes = 16
/** Behind the key: the type, and the place of the note. */
const behindKey = 7

export function tableOf(type: IndicatorType): TableName {
  return isDigest(type) ? type : 'names'
}

export function sizesOf(table: TableName): { readonly keyBytes: number; readonly recordBytes: number } {
  const keyBytes = table === 'names' ? nameBytes : digestBytes[table]
  return { keyBytes, recordBytes: keyBytes + behindKey }
}

/** The key of a normal value. */
export function keyOf(type: IndicatorType, value: string): Buffer {
  if (isDigest(type)) return Buffer.from(value, 'hex')
  return hash('sha256', `${type} ${value}`, 'buffer').subarray(0, nameBytes)
}

/** In the order of their numbers in records: only ever added to. */
const typeNumbers: readonly IndicatorType[] = ['md5', 'sha1', 'sha256', 'address', 'domain', 'wallet', 'fingerprint']
const removed = 255

export function recordOf(type: IndicatorType, key: Buffer, place: number | undefined): Buffer {
  const record = Buffer.allocUnsafe(key.length + behindKey)
  key.copy(record)
  record[key.length] = place === undefined ? removed : typeNumbers.indexOf(type)
  record.writeUIntBE(place ?? 0, key.length + 1, 6)
  return record
}

/** What a record says; undefined for one that only takes an earlier one away. */
export function readRecord(record: Buffer, table: TableName): { type: IndicatorType; place: number } | undefined {
  const { keyBytes } = sizesOf(table)
  const type = typeNumbers[record[keyBytes] ?? removed]
  return type === undefined ? undefined : { type, place: record.readUIntBE(keyBytes + 1, 6) }
}
