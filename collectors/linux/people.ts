import { displayBytes, type Target } from '../../target/index.ts'
import type { Person } from '../collector.ts'

const passwdPath = '/etc/passwd'

/** Every line of passwd(5) that names an account, in its order. NIS lines (`+…`, `-…`) name none. */
export function readPeople(target: Target): Person[] {
  const people: Person[] = []
  for (const text of (target.files.text(passwdPath) ?? '').split('\n')) {
    const person = parsePerson(text)
    if (person) people.push(person)
  }
  return people
}

/** One line of passwd(5); spaces around a field do not hide an account from login, so they do not hide it from us. */
export function parsePerson(text: string): Person | undefined {
  if (text.length > 65_536) return undefined
  const line = text.replaceAll('\0', ' ').trim()
  if (line === '' || /^[#+-]/.test(line)) return undefined
  const [name, , uid, gid, , home, shell] = line.split(':')
  if (name === undefined || uid === undefined || gid === undefined || !isId(uid) || !isId(gid)) return undefined
  return {
    name: name.trim(),
    uid: Number(uid),
    gid: Number(gid),
    home: (home ?? '').trim(),
    shell: (shell ?? '').trim(),
  }
}

/** A directory somebody's start files and keys lie in. */
export interface Home {
  /** The account as a fact shows it; the directory's name where no account has it. */
  readonly user: string
  readonly home: string
}

// Service accounts point at directories of the system, where looking for start files would mean walking the whole host.
const nobodysHomes = new Set([
  '',
  '/',
  '/nonexistent',
  '/dev/null',
  '/dev',
  '/proc',
  '/sys',
  '/bin',
  '/sbin',
  '/usr/sbin',
  '/usr/bin',
])

/** The homes that exist, each once, of every account, then those below /home and /root that belong to no account. */
export function homesOf(target: Target, people: readonly Person[]): Home[] {
  const homes: Home[] = []
  const seen = new Set<string>()
  const add = (user: string, home: string): void => {
    const path = home.replace(/\/+$/, '')
    if (!path.startsWith('/') || nobodysHomes.has(path)) return
    const real = target.files.realPath(path) ?? path
    if (seen.has(real) || target.files.stat(path)?.type !== 'directory') return
    seen.add(real)
    homes.push({ user: displayBytes(user), home: path })
  }
  for (const { name, home } of people) add(name, home)
  add('root', '/root')
  for (const name of target.files.list('/home') ?? []) add(name, `/home/${name}`)
  return homes
}

function isId(text: string): boolean {
  return /^\s*\d{1,10}\s*$/.test(text)
}
