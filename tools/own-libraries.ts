import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { type ElfFile, readElf } from './elf.ts'

/** A library under the name that others ask for it, and the file it is in. */
export interface OwnLibrary {
  readonly name: string
  readonly file: string
}

export interface OwnLibraries {
  readonly loader: OwnLibrary
  readonly libraries: readonly OwnLibrary[]
  /** Opened by name while the program runs, and not on this machine. */
  readonly absent: readonly string[]
}

/** What is opened while the program runs (dlopen(3)), so that its own ELF header does not tell of it; the second by YARA-X. */
const openedByName = ['libnftables.so.1', 'librt.so.1']

/** Every library the runtime needs, found by reading ELF headers: ldd(1) would run the file with the host's loader. */
export function librariesOf(program: string): OwnLibraries {
  const elf = readElf(program)
  if (elf?.interpreter === undefined) throw new Error(`${program}: not a program with a loader`)
  const loaderName = elf.interpreter.slice(elf.interpreter.lastIndexOf('/') + 1)
  const found = new Map<string, string>()
  for (const name of elf.needed) add(name, elf.machine, found)
  const absent = openedByName.filter(name => fileOf(name, elf.machine) === undefined)
  for (const name of openedByName) if (!absent.includes(name)) add(name, elf.machine, found)
  // It is there already under its own name, and two of it in one process would not agree on what is loaded.
  found.delete(loaderName)
  return {
    loader: { name: loaderName, file: realpathSync(elf.interpreter) },
    libraries: [...found].map(([name, file]) => ({ name, file })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    absent,
  }
}

function add(name: string, machine: ElfFile['machine'], found: Map<string, string>): void {
  if (found.has(name)) return
  const file = fileOf(name, machine)
  if (file === undefined) throw new Error(`${name}: not found in ${directories(machine).join(', ')}`)
  found.set(name, file)
  for (const next of readElf(file)?.needed ?? []) add(next, machine, found)
}

/** The host's own order is in a cache that it could have been lied into; these are where distributions keep libraries. */
function directories(machine: ElfFile['machine']): string[] {
  const triplet = machine === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  return [`/lib/${triplet}`, `/usr/lib/${triplet}`, '/lib64', '/usr/lib64', '/lib', '/usr/lib']
}

function fileOf(name: string, machine: ElfFile['machine']): string | undefined {
  for (const directory of directories(machine)) {
    const path = join(directory, name)
    if (existsSync(path) && readElf(path)?.machine === machine) return realpathSync(path)
  }
  return undefined
}
