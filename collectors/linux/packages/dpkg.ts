import { decodeBytes, encodeBytes, type Target } from '../../../target/index.ts'
import { linesOf } from './lines.ts'
import type { InstalledPackage, ListedFile, PackageSource } from './package-source.ts'
import { PathIndex } from './path-index.ts'

const root = '/var/lib/dpkg'
const mostBytes = 64 * 1024 * 1024
const md5Length = 32
const longChecksums = 64 * 1024
const windowBytes = 512 * 1024

/** dpkg(1): `status` (or `status.d` of images without dpkg), `info/*.list`, `*.md5sums`, `diversions`. Undefined where there is none. */
export function openDpkg(target: Target): PackageSource | undefined {
  const { files } = target
  const status = files.read(`${root}/status`, mostBytes)
  const records = status === undefined ? [] : parseStatus(status)
  const lists: { name: string; checksums: string; place: string; size: number }[] = []
  const installed = new Set(records.map(record => record.package.name))
  for (const file of files.list(`${root}/info`) ?? []) {
    if (!file.endsWith('.list')) continue
    const stem = file.slice(0, -'.list'.length)
    const name = stem.split(':')[0] ?? stem
    // A list that no installed package stands behind is not dpkg's.
    if (!installed.has(name)) continue
    const place = `${root}/info/${file}`
    const stat = files.stat(place)
    if (stat?.type !== 'file') continue
    lists.push({ name, checksums: `${root}/info/${stem}.md5sums`, place, size: stat.size })
  }
  for (const file of files.list(`${root}/status.d`) ?? []) {
    if (file.endsWith('.md5sums')) continue
    const [record] = parseStatus(files.read(`${root}/status.d/${file}`, mostBytes) ?? Buffer.alloc(0), 'installed')
    if (record === undefined) continue
    records.push(record)
    const checksums = `${root}/status.d/${file}.md5sums`
    lists.push({ name: record.package.name, checksums, place: checksums, size: 0 })
  }
  if (records.length === 0) return undefined

  const expected = lists.reduce((sum, list) => sum + Math.min(list.size, mostBytes) + 1, 0)
  const index = new PathIndex(pathsOf(target, lists), expected)
  const conffiles = new Map(records.flatMap(record => record.conffiles))
  const diversions = parseDiversions(files.read(`${root}/diversions`, mostBytes) ?? Buffer.alloc(0))
  const checksumOf = checksumReader(target)

  function listed(number: number | undefined, path: string): ListedFile | undefined {
    const list = number === undefined ? undefined : lists[number]
    if (list === undefined) return undefined
    const conffile = conffiles.get(path)
    const hex = conffile ?? checksumOf(list.checksums, path)
    const digest = hex === undefined ? undefined : ({ algorithm: 'md5', hex } as const)
    return { package: list.name, digest, conffile: conffile !== undefined }
  }

  return {
    manager: 'dpkg',
    packages: () => records.map(record => record.package),
    filesOf: name =>
      lists.flatMap((list, number) =>
        list.name === name ? [...linesOf(index.list(number))].map(decodeBytes).filter(path => path !== '/.') : [],
      ),
    installedMs(name) {
      const place = lists.find(list => list.name === name)?.place
      return place === undefined ? undefined : files.lstat(place)?.changedMs
    },
    find(path) {
      const away = diversions.byNewPlace.get(path)
      if (away !== undefined) {
        const number = index.findAll(encodeBytes(away.path)).find(one => lists[one]?.name !== away.by)
        return listed(number, away.path)
      }
      const bytes = encodeBytes(path)
      const by = diversions.byOldPlace.get(path)
      const taken = by === undefined ? undefined : index.findAll(bytes).find(one => lists[one]?.name === by)
      return listed(taken ?? index.find(bytes), path)
    },
  }
}

/** The bytes of each list, in a buffer that the next one uses again. */
function* pathsOf(
  { files }: Target,
  lists: readonly { place: string; checksums: string; size: number }[],
): Generator<Buffer> {
  const longest = Math.max(0, ...lists.map(list => list.size))
  const reading = Buffer.allocUnsafeSlow(Math.min(longest, mostBytes))
  for (const { place, checksums, size } of lists) {
    if (place === checksums) yield pathsOfChecksums(files.read(checksums, mostBytes) ?? Buffer.alloc(0))
    else if (size > mostBytes) yield files.read(place, mostBytes) ?? Buffer.alloc(0)
    else yield files.slice(place, 0, size, reading) ?? Buffer.alloc(0)
  }
}

interface StatusRecord {
  readonly package: InstalledPackage
  readonly conffiles: [string, string][]
}

/** The stanzas of deb-control(5) form that stand for something installed. */
function parseStatus(bytes: Buffer, assumed = ''): StatusRecord[] {
  const records: StatusRecord[] = []
  let fields = new Map<string, string>()
  let conffiles: [string, string][] = []
  let inConffiles = false
  const finish = () => {
    const name = fields.get('Package')
    const state = fields.get('Status')?.split(' ')[2] ?? assumed
    if (name !== undefined && state !== '' && state !== 'not-installed') {
      const version = fields.get('Version') ?? ''
      const architecture = fields.get('Architecture') ?? ''
      records.push({ package: { name, version, architecture, manager: 'dpkg' }, conffiles })
    }
    fields = new Map()
    conffiles = []
    inConffiles = false
  }
  for (const line of linesOf(bytes)) {
    const first = line[0]
    if (first === undefined) {
      finish()
      continue
    }
    if (first === 0x20) {
      const match = inConffiles ? /^ (\/.*?) ([0-9a-f]{32})(?: .*)?$/.exec(decodeBytes(line)) : null
      if (match?.[1] !== undefined && match[2] !== undefined) conffiles.push([match[1], match[2]])
      continue
    }
    const colon = line.indexOf(0x3a)
    const field = line.toString('latin1', 0, Math.max(0, Math.min(colon, 20)))
    inConffiles = field === 'Conffiles'
    if (wantedFields.has(field)) fields.set(field, decodeBytes(line.subarray(colon + 1)).trim())
  }
  finish()
  return records
}

const wantedFields: ReadonlySet<string> = new Set(['Package', 'Status', 'Version', 'Architecture'])

/** dpkg-divert(1): three lines each – the place that was taken, where its file went, and for whom (`:` is an administrator). */
function parseDiversions(bytes: Buffer) {
  const lines = [...linesOf(bytes)].map(decodeBytes)
  const byNewPlace = new Map<string, { path: string; by: string }>()
  const byOldPlace = new Map<string, string>()
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [path, newPlace, by] = [lines[at], lines[at + 1], lines[at + 2]]
    if (path === undefined || newPlace === undefined || by === undefined) continue
    byNewPlace.set(newPlace, { path, by })
    byOldPlace.set(path, by)
  }
  return { byNewPlace, byOldPlace }
}

function checksumReader({ files }: Target) {
  const recent = new Map<string, Buffer>()
  let room: Buffer | undefined

  /** The few long lists are searched through a window, because as garbage they would be half of a scan's memory. */
  function searchLong(file: string, size: number, ending: Buffer): string | undefined {
    room ??= Buffer.allocUnsafeSlow(windowBytes)
    // What a window cuts is whole in the next.
    const step = windowBytes - ending.length - md5Length - 1
    for (let offset = 0; offset < size && step > 0; offset += step) {
      const found = checksumBefore(files.slice(file, offset, windowBytes, room) ?? Buffer.alloc(0), ending)
      if (found !== undefined) return found
    }
    return undefined
  }

  return (file: string, path: string): string | undefined => {
    const ending = encodeBytes(`  ${path.slice(1)}\n`)
    const known = recent.get(file)
    if (known !== undefined) return checksumBefore(known, ending)
    const size = files.stat(file)?.size ?? 0
    if (size > longChecksums) return size > mostBytes ? undefined : searchLong(file, size, ending)
    const sums = files.read(file, mostBytes) ?? Buffer.alloc(0)
    if (recent.size >= 64) recent.clear()
    recent.set(file, sums)
    return checksumBefore(sums, ending)
  }
}

function checksumBefore(sums: Buffer, ending: Buffer): string | undefined {
  const at = sums.indexOf(ending)
  if (at < md5Length || (at > md5Length && sums[at - md5Length - 1] !== 10)) return undefined
  const hex = sums.toString('latin1', at - md5Length, at)
  return /^[0-9a-f]{32}$/.test(hex) ? hex : undefined
}

function pathsOfChecksums(sums: Buffer): Buffer {
  const parts: Buffer[] = []
  for (const line of linesOf(sums)) {
    if (line.length > md5Length + 2) parts.push(slash, line.subarray(md5Length + 2), lineEnd)
  }
  return Buffer.concat(parts)
}

const slash = Buffer.from('/')
const lineEnd = Buffer.from('\n')
