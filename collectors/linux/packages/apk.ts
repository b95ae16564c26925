import { decodeBytes, encodeBytes, type Target } from '../../../target/index.ts'
import { linesOf } from './lines.ts'
import type { InstalledPackage, ListedFile, PackageSource } from './package-source.ts'
import { PathIndex } from './path-index.ts'

const places = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed']
const mostBytes = 128 * 1024 * 1024

/** apk(8): the text database of Alpine Linux. Undefined where there is none. */
export function openApk(target: Target): PackageSource | undefined {
  for (const place of places) {
    const bytes = target.files.read(place, mostBytes)
    if (bytes !== undefined) return sourceOf(bytes, target.files.lstat(place)?.changedMs)
  }
  return undefined
}

function sourceOf(bytes: Buffer, changedMs: number | undefined): PackageSource | undefined {
  const packages: InstalledPackage[] = []
  const lists: Buffer[] = []
  const checksums = new Map<string, string>()
  let current = { name: '', version: '', architecture: '' }
  let paths: Buffer[] = []
  let directory = '/'
  let file = ''
  const finish = () => {
    if (current.name !== '') {
      packages.push({ ...current, manager: 'apk' })
      lists.push(Buffer.concat(paths))
    }
    current = { name: '', version: '', architecture: '' }
    paths = []
    directory = '/'
    file = ''
  }
  for (const line of linesOf(bytes)) {
    if (line.length === 0) {
      finish()
      continue
    }
    if (line[1] !== 0x3a) continue
    const value = decodeBytes(line.subarray(2))
    const field = String.fromCharCode(line[0] ?? 0)
    if (field === 'P') current.name = value
    else if (field === 'V') current.version = value
    else if (field === 'A') current.architecture = value
    else if (field === 'F') {
      directory = value === '' ? '/' : `/${value}/`
      if (value !== '') paths.push(encodeBytes(`/${value}\n`))
    } else if (field === 'R') {
      file = `${directory}${value}`
      paths.push(encodeBytes(`${file}\n`))
    } else if (field === 'Z' && file !== '') checksums.set(file, value)
  }
  finish()
  if (packages.length === 0) return undefined
  // The index holds a copy, and the functions below would keep these alive.
  const index = new PathIndex(lists.splice(0))

  return {
    manager: 'apk',
    packages: () => packages,
    filesOf: name =>
      packages.flatMap((one, number) => (one.name === name ? [...linesOf(index.list(number))].map(decodeBytes) : [])),
    installedMs: name => (packages.some(one => one.name === name) ? changedMs : undefined),
    find(path): ListedFile | undefined {
      const number = index.find(encodeBytes(path))
      const owner = number === undefined ? undefined : packages[number]
      if (owner === undefined) return undefined
      // apk protects everything below /etc from upgrades (apk-protected_paths.d), which is what a conffile is elsewhere.
      return { package: owner.name, digest: digestOf(checksums.get(path)), conffile: path.startsWith('/etc/') }
    },
  }
}

/** `Q1` + base64 of SHA-1, `Q2` + base64 of SHA-256, or plain hex of MD5 in old databases. */
function digestOf(text: string | undefined): ListedFile['digest'] {
  if (text === undefined) return undefined
  const algorithm = text.startsWith('Q1') ? 'sha1' : text.startsWith('Q2') ? 'sha256' : undefined
  if (algorithm !== undefined) return { algorithm, hex: Buffer.from(text.slice(2), 'base64').toString('hex') }
  return /^[0-9a-f]{32}$/.test(text) ? { algorithm: 'md5', hex: text } : undefined
}
