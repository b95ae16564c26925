import { lstatSync, readlinkSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from '../../native/own-file.ts'

/**
 * Where the package lies so that it can be replaced: `HOME/davylamp-VERSION-linux-ARCH`, with the link `HOME/current` to the version that
 * runs and `HOME/previous` to the one before.
 */
export interface ProgramHome {
  readonly home: string
  /** Name of the folder of the running version. */
  readonly running: string
}

const folderPattern = /^davylamp-(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)-linux-(x64|arm64)$/

export function versionOfFolder(name: string): string | undefined {
  return folderPattern.exec(name)?.[1]
}

/** `undefined` for a checkout, or a package in a folder of another name. `program`: the folder that holds the launcher. */
export function programHome(program: string): ProgramHome | undefined {
  const real = realpathSync(program)
  return folderPattern.test(basename(real)) ? { home: dirname(real), running: basename(real) } : undefined
}

/** The folder that a link of the home leads to; undefined when there is no such link. */
export function linked(home: string, name: 'current' | 'previous'): string | undefined {
  const path = join(home, name)
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return undefined
  const target = basename(readlinkSync(path))
  return folderPattern.test(target) ? target : undefined
}

/** The same where the link `current` leads to the running version, so that it can be set anew; else `undefined`. */
export function replaceableHome(program: string): ProgramHome | undefined {
  const place = programHome(program)
  return place !== undefined && linked(place.home, 'current') === place.running ? place : undefined
}

/** Points the link at another version in one step; at every moment it leads to one of the two. */
export function point(home: string, name: 'current' | 'previous', folder: string): void {
  const temporary = join(home, `.${name}.new`)
  rmSync(temporary, { force: true })
  symlinkSync(folder, temporary)
  renameSync(temporary, join(home, name))
  syncFolder(home)
}
