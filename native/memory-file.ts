import { closeSync, writeSync } from 'node:fs'
import { checked, lazily, terminated } from './read/system-call.ts'

const memfdCreate = lazily('memfd_create', 'int32', ['pointer', 'uint32'])
const fcntl = lazily('fcntl', 'int32', ['int32', 'int32', 'int64'])
/** MFD_CLOEXEC, MFD_ALLOW_SEALING (memfd_create(2)). */
const flags = 0x3
/** F_ADD_SEALS of F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW and F_SEAL_WRITE (fcntl(2)). */
const addSeals = 1033
const allSeals = 0xfn

/** A descriptor of bytes in memory that nobody can change any more. Throws `SystemCallError`; whoever asked closes it. */
export function sealedMemoryFile(name: string, bytes: Buffer): number {
  const descriptor = checked('memfd_create', memfdCreate(terminated(Buffer.from(name)), flags))
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at)
    checked('fcntl', fcntl(descriptor, addSeals, allSeals))
    return descriptor
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}
