import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import about from '../package.json' with { type: 'json' }

/** Name and version, as journals and reports bear it. */
export const program = `davylamp ${about.version}`
export const version: string = about.version

/** Where the packages of distributions put the program. */
export const packagedProgram = '/usr/lib/davylamp'

const started = process.env['DAVYLAMP_CALLED_AS'] || 'davylamp'
const folder = join(import.meta.dirname, '..')

/** How the reader called us, for commands that can be copied. The launcher says it; a package of the system has a link in PATH. */
export const calledAs = started === join(packagedProgram, 'davylamp') ? 'davylamp' : started

/**
 * What a unit starts, for ever: the launcher in the program's folder or, where all of it is one file, that file. The folder that the file unpacks itself
 * into changes with the version and the boot.
 */
export const lastingLauncher =
  isAbsolute(started) && isUnpacked(folder) && !started.endsWith(' (deleted)') ? started : join(folder, 'davylamp')

/** A program in one file leaves the boot's id in the folder that it made (tools/packaging/single-launcher.c). */
function isUnpacked(place: string): boolean {
  return existsSync(join(place, '.boot'))
}
