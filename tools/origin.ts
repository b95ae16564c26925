import { join } from 'node:path'
import type { ElfFile } from './elf.ts'

/** As node names it. */
export type Architecture = ElfFile['machine']
export const architectures: readonly Architecture[] = ['x64', 'arm64']

/** Where that comes from which a package brings along and which is made for one processor. */
export interface Origin {
  readonly architecture: Architecture
  /** Folder of the npm package that holds the runtime. */
  readonly runtime: string
  /** Root of the tree in which its loader and libraries lie, and what dpkg knows of them: `/`, or Debian packages that were unpacked. */
  readonly system: string
}

export const ownArchitecture: Architecture = process.arch === 'arm64' ? 'arm64' : 'x64'

/** This machine. */
export function ownOrigin(root: string): Origin {
  return {
    architecture: ownArchitecture,
    runtime: join(root, 'node_modules', runtimePackage(ownArchitecture)),
    system: '/',
  }
}

/** Name of the npm package of the runtime. */
export function runtimePackage(architecture: Architecture): string {
  return `node-linux-${architecture}`
}

export function nodeOf({ runtime }: Origin): string {
  return join(runtime, 'bin', 'node')
}
