import { readFileSync } from 'node:fs'

/** The kernel's own description of its types (Documentation/bpf/btf.rst). About 5 MB, read once and let go. */
export const kernelTypes = '/sys/kernel/btf/vmlinux'

/** Where a member of a structure lies, in bytes from its beginning; undefined when there is no such member. */
export type MemberOffset = (structure: string, member: string) => number | undefined

const magic = 0xeb9f
const headBytes = 24
const typeBytes = 12
const memberBytes = 12
/** Members may lie in structures without a name, and those in others. */
const deepest = 8

const kinds = { array: 3, struct: 4, union: 5, typedef: 8, volatile: 9, const: 10, restrict: 11, typeTag: 18 }

/** Bytes behind the head of a type, by its kind: fixed ones, and those for each of its parts. */
const extraBytes: readonly (readonly [fixed: number, each: number])[] = [
  [0, 0],
  [4, 0],
  [0, 0],
  [12, 0],
  [0, memberBytes],
  [0, memberBytes],
  [0, 8],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 8],
  [4, 0],
  [0, 12],
  [0, 0],
  [4, 0],
  [0, 0],
  [0, 12],
]

/** Throws node's error where the kernel was built without it (CONFIG_DEBUG_INFO_BTF), and `RangeError` for what is no BTF. */
export function readKernelTypes(path = kernelTypes): MemberOffset {
  return memberOffsets(readFileSync(path))
}

/** Offsets of members by the names of structure and member. Throws `RangeError` for bytes that are no BTF of this machine's order. */
export function memberOffsets(bytes: Buffer): MemberOffset {
  if (bytes.length < headBytes || bytes.readUInt16LE(0) !== magic) throw new RangeError('no BTF')
  const head = bytes.readUInt32LE(4)
  const types = section(bytes, head + bytes.readUInt32LE(8), bytes.readUInt32LE(12))
  const names = section(bytes, head + bytes.readUInt32LE(16), bytes.readUInt32LE(20))
  const places = placesOf(types)
  const byName = new Map<string, number>()
  return (structure, member) => {
    const known = byName.get(structure) ?? structureNamed(structure)
    if (known === undefined) return undefined
    byName.set(structure, known)
    return offsetIn(known, member, 0)
  }

  /** By the number of its name, so that no other name is read. */
  function structureNamed(name: string): number | undefined {
    const wanted = numberOf(name)
    if (wanted === undefined) return undefined
    for (const at of places)
      if (types.readUInt32LE(at) === wanted && kindAt(at) === kinds.struct && partsAt(at) > 0) return at
    return undefined
  }

  function numberOf(name: string): number | undefined {
    const at = names.indexOf(`\0${name}\0`, 0, 'latin1')
    return at < 0 ? undefined : at + 1
  }

  function offsetIn(at: number, member: string, depth: number): number | undefined {
    const wanted = numberOf(member)
    const bitfields = (types.readUInt32LE(at + 4) & 0x8000_0000) !== 0
    for (let index = 0; index < partsAt(at); index++) {
      const part = at + typeBytes + index * memberBytes
      const bits = types.readUInt32LE(part + 8)
      const offset = (bitfields ? bits & 0xff_ffff : bits) / 8
      const name = types.readUInt32LE(part)
      if (name === wanted) return Number.isInteger(offset) ? offset : undefined
      if (name !== 0 || depth >= deepest) continue
      const inner = resolved(types.readUInt32LE(part + 4))
      const found = inner === undefined ? undefined : offsetIn(inner, member, depth + 1)
      if (found !== undefined) return offset + found
    }
    return undefined
  }

  /** The structure or union behind qualifiers. Type numbers begin at 1. */
  function resolved(type: number): number | undefined {
    for (let hops = 0, id = type; hops < deepest; hops++) {
      const at = places[id - 1]
      if (at === undefined) return undefined
      const kind = kindAt(at)
      if (kind === kinds.struct || kind === kinds.union) return at
      if (!qualifiers.has(kind)) return undefined
      id = types.readUInt32LE(at + 8)
    }
    return undefined
  }

  function kindAt(at: number): number {
    return (types.readUInt32LE(at + 4) >> 24) & 0x1f
  }

  function partsAt(at: number): number {
    return types.readUInt32LE(at + 4) & 0xffff
  }
}

const qualifiers = new Set([kinds.typedef, kinds.volatile, kinds.const, kinds.restrict, kinds.typeTag])

function section(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw new RangeError('BTF is cut')
  return bytes.subarray(at, at + length)
}

/** Where each type begins. */
function placesOf(types: Buffer): Uint32Array {
  const places = new Uint32Array(types.length / typeBytes)
  let count = 0
  for (let at = 0; at < types.length; ) {
    if (at + typeBytes > types.length) throw new RangeError('BTF is cut')
    const info = types.readUInt32LE(at + 4)
    const extra = extraBytes[(info >> 24) & 0x1f]
    if (extra === undefined) throw new RangeError(`BTF has a type of unknown kind ${(info >> 24) & 0x1f}`)
    places[count++] = at
    at += typeBytes + extra[0] + extra[1] * (info & 0xffff)
    if (at > types.length) throw new RangeError('BTF is cut')
  }
  return places.subarray(0, count)
}
