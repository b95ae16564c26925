import type { Target } from '../../../target/index.ts'

/** Where a package's header lies in an ndb file. */
export interface NdbPlace {
  readonly offset: number
  readonly length: number
}

const slotSize = 16
const slotsPerPage = 4096 / slotSize
const mostSlotPages = 4096
const mostBlob = 64 * 1024 * 1024

/** Headers of rpm's own `Packages.db` (lib/backend/ndb/rpmpkg.c), the format of SUSE; undefined where it is none. */
export function ndbPlaces(target: Target, path: string): NdbPlace[] | undefined {
  const { files } = target
  const header = files.slice(path, 0, 32)
  if (header?.length !== 32 || header.toString('latin1', 0, 4) !== 'RpmP' || header.readUInt32LE(4) !== 0)
    return undefined
  const pages = Math.min(header.readUInt32LE(12), mostSlotPages)
  const slots = files.slice(path, 0, pages * slotsPerPage * slotSize)
  if (slots === undefined) return undefined
  const places: NdbPlace[] = []
  // The first two slots are the header.
  for (let at = 2 * slotSize; at + slotSize <= slots.length; at += slotSize) {
    if (slots.toString('latin1', at, at + 4) !== 'Slot') continue
    const number = slots.readUInt32LE(at + 4)
    const offset = slots.readUInt32LE(at + 8) * 16
    if (number === 0 || offset === 0) continue
    const head = files.slice(path, offset, 16)
    if (head?.length !== 16 || head.toString('latin1', 0, 4) !== 'BlbS' || head.readUInt32LE(4) !== number) continue
    const length = head.readUInt32LE(12)
    if (length > 0 && length <= mostBlob) places.push({ offset: offset + 16, length })
  }
  return places
}
