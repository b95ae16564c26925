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

/**
 * Every library the runtime needs, found by reading ELF headers: ldd(1) would run the file with the host's loader. `system` is the root of
 * the tree that they are looked for in, which may be of another processor.
 */
export function librariesOf(program: string, system = '/'): OwnLibraries {
  const elf = readElf(program)
  if (elf?.interpreter === undefined) throw new Error(`${program}: not a program with a loader`)
  const loaderName = elf.interpreter.slice(elf.interpreter.lastIndexOf('/') + 1)
  const found = new Map<string, string>()
  const folders = directories(elf.machine).map(folder => join(system, folder))
  for (const name of elf.needed) add(name, elf.machine, folders, found)
  const absent = openedByName.filter(name => fileOf(name, elf.machine, folders) === undefined)
  for (const name of openedByName) if (!absent.includes(name)) add(name, elf.machine, folders, found)
  // It is there already under its own name, and two of it in one process would not agree on what is loaded.
  found.delete(loaderName)
  return {
    loader: { name: loaderName, file: realpathSync(loaderFile(elf.interpreter, system)) },
    libraries: [...found].map(([name, file]) => ({ name, file })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    absent,
  }
}

/** Packages for a system in which `/lib` is a link name the file where that leads. */
function loaderFile(interpreter: string, system: string): string {
  const places = [join(system, interpreter), join(system, 'usr', interpreter)]
  const found = places.find(existsSync)
  if (found === undefined) throw new Error(`${places[0]}: not found`)
  return found
}

function add(name: string, machine: ElfFile['machine'], folders: readonly string[], found: Map<string, string>): void {
  if (found.has(name)) return
  const file = fileOf(name, machine, folders)
  if (file === undefined) throw new Error(`${name}: not found in ${folders.join(', ')}`)
  found.set(name, file)
  for (const next of readElf(file)?.needed ?? []) add(next, machine, folders, found)
}

/** The host's own order is in a cache that it could have been lied into; these are where distributions keep libraries. */
function directories(machine: ElfFile['machine']): string[] {
  const triplet = machine === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  return [`/lib/${triplet}`, `/usr/lib/${triplet}`, '/lib64', '/usr/lib64', '/lib', '/usr/lib']
}

function fileOf(name: string, machine: ElfFile['machine'], folders: readonly string[]): string | undefined {
  for (const directory of folders) {
    const path = join(directory, name)
    if (existsSync(path) && readElf(path)?.machine === machine) return realpathSync(path)
  }
  return undefined
}
