import { unitName, unitPath, unitWantedPath } from '../unit.ts'

/** Where systemd takes units and their drop-ins from (systemd.unit(5), UNIT FILE LOAD PATH), besides the folder with our own. */
const folders = [
  '/etc/systemd/system.control',
  '/run/systemd/system.control',
  '/run/systemd/transient',
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
]

/** Files that decide how, and whether, the service of the agent runs: a mask in one of them, a drop-in, a link that is gone. */
export const serviceFiles: readonly string[] = [
  unitPath,
  unitWantedPath,
  ...folders.map(one => `${one}/${unitName}`),
].filter((path, place, all) => all.indexOf(path) === place)

/** Folders with drop-ins for it: by its name, by the beginning of its name, and for every service. */
export const serviceFolders: readonly string[] = folders.flatMap(one =>
  [unitName, 'davylamp-.service', 'service'].map(name => `${one}/${name}.d`),
)

/** What a change of one of them means; undefined for any other path. */
export function serviceWords(
  path: string,
  is: { readonly there: boolean; readonly masked: boolean },
): string | undefined {
  if (path === unitWantedPath && !is.there)
    return 'The service of the agent was disabled: it does not start with the host any more.'
  if (serviceFiles.includes(path) && is.masked)
    return `The service of the agent was masked: ${path} leads to /dev/null.`
  if (path === unitPath && !is.there) return `The unit of the agent is gone: ${path}.`
  return undefined
}

export function isServicePath(path: string): boolean {
  return serviceFiles.includes(path) || serviceFolders.some(one => path === one || path.startsWith(`${one}/`))
}
