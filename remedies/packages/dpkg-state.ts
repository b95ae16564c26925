import type { WritableHost } from '../host.ts'
import { followed } from '../followed.ts'
import { fieldsOf } from './control-file.ts'

const folder = '/var/lib/dpkg'

/** A package as dpkg has it installed. */
export interface Installed {
  readonly name: string
  readonly version: string
  readonly architecture: string
}

/** What of a name is installed, in each architecture; empty where there is no dpkg. */
export function installed(name: string, host: WritableHost): Installed[] {
  const [wanted, architecture] = name.split(':')
  return statusOf(wanted ?? '', host).flatMap(fields => {
    const its = {
      name: wanted ?? '',
      version: fields.get('version') ?? '',
      architecture: fields.get('architecture') ?? '',
    }
    if (fields.get('status')?.endsWith(' ok installed') !== true) return []
    return architecture === undefined || its.architecture === architecture ? [its] : []
  })
}

/** Whether dpkg's lists name an installed package that owns the file, and the checksum agrees: a hint, as every list on the host. */
export function ownedByDpkg(path: string, host: WritableHost): boolean {
  const lists = (host.files.list(`${folder}/info`) ?? []).filter(name => name.endsWith('.list'))
  const owner = lists.find(name => textAt(`${folder}/info/${name}`, host).split('\n').includes(path))
  if (owner === undefined) return false
  const stem = owner.slice(0, -'.list'.length)
  const conffiles = statusOf(stem.split(':')[0] ?? '', host).flatMap(fields =>
    (fields.get('conffiles') ?? '').split('\n'),
  )
  const sums = textAt(`${folder}/info/${stem}.md5sums`, host).split('\n')
  const recorded =
    sums.find(line => `/${line.slice(34)}` === path)?.slice(0, 32) ??
    conffiles.find(line => line.startsWith(`${path} `))?.split(' ')[1]
  const real = followed(path, host)
  if (real === undefined || recorded === undefined || host.files.inspect(real)?.type !== 'file') return false
  return host.files.digest(real, 'md5') === recorded
}

/** Where another package, or somebody, told dpkg to put a package's file instead. */
export function divertedTo(path: string, host: WritableHost): string | undefined {
  const lines = textAt(`${folder}/diversions`, host).split('\n')
  const at = lines.findIndex((line, index) => index % 3 === 0 && line === path)
  return at === -1 ? undefined : lines[at + 1]
}

function statusOf(name: string, host: WritableHost): Map<string, string>[] {
  return textAt(`${folder}/status`, host)
    .split('\n\n')
    .filter(paragraph => `\n${paragraph}\n`.includes(`\nPackage: ${name}\n`))
    .map(fieldsOf)
}

function textAt(path: string, host: WritableHost): string {
  return host.files.inspect(path)?.type === 'file' ? (host.files.read(path)?.toString('utf8') ?? '') : ''
}
