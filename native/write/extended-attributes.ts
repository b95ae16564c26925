import { SystemCallError } from '../libc.ts'
import { systemCall } from './system-call.ts'

const mostBytes = 65_536

/** All extended attributes of what a descriptor stands for, as name and bytes; ACLs and capabilities are among them (xattr(7)). */
export function extendedAttributes(descriptor: number): [name: string, value: Buffer][] {
  const path = `/proc/self/fd/${descriptor}`
  const names = Buffer.alloc(mostBytes)
  const length = quietly(() => systemCall('listxattr', path, names, names.length)) ?? 0
  const found: [string, Buffer][] = []
  for (const name of names.toString('latin1', 0, length).split('\0')) {
    if (name === '') continue
    const value = Buffer.alloc(mostBytes)
    const size = quietly(() => systemCall('getxattr', path, terminatedName(name), value, value.length))
    if (size !== undefined) found.push([name, Buffer.from(value.subarray(0, size))])
  }
  return found.sort(([one], [other]) => (one < other ? -1 : 1))
}

export function setExtendedAttribute(descriptor: number, name: string, value: Buffer): void {
  const bytes = value.length === 0 ? Buffer.alloc(1) : value
  systemCall('setxattr', `/proc/self/fd/${descriptor}`, terminatedName(name), bytes, value.length, 0)
}

/** Takes an attribute off; one that is not there is fine. */
export function removeExtendedAttribute(descriptor: number, name: string): void {
  quietly(() => systemCall('removexattr', `/proc/self/fd/${descriptor}`, terminatedName(name)))
}

function terminatedName(name: string): Buffer {
  return Buffer.from(`${name}\0`, 'latin1')
}

function quietly(act: () => number): number | undefined {
  try {
    return act()
  } catch (error) {
    if (error instanceof SystemCallError && ['ENODATA', 'EOPNOTSUPP', 'ENOSYS'].includes(error.code)) return undefined
    throw error
  }
}
