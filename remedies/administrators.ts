import type { WritableHost } from './host.ts'
import { type Readiness, refused } from './remedy.ts'

/** Somebody who can become root. */
export interface Administrator {
  readonly name: string
  /** A password that could be typed. */
  readonly password: boolean
  /** Lines of the files sshd reads keys from by default. */
  readonly keys: readonly { readonly path: string; readonly text: string }[]
}

const administratorGroups = ['sudo', 'wheel', 'admin']

/** Accounts with uid 0 or in a group that sudo usually trusts, with a shell that lets them log in. */
export function administrators(host: WritableHost): Administrator[] {
  const members = records(host, '/etc/group')
    .filter(([name]) => administratorGroups.includes(name ?? ''))
    .flatMap(([, , , names]) => (names ?? '').split(','))
  const passwords = new Map(records(host, '/etc/shadow').map(([name, hash]) => [name, hash ?? '']))
  return records(host, '/etc/passwd')
    .filter(([name, , uid]) => Number(uid) === 0 || members.includes(name ?? ''))
    .filter(([, , , , , , shell]) => !/(nologin|false|sync|halt|shutdown)$/.test(shell ?? ''))
    .map(([name = '', hash = '', , , , home = '']) => {
      const secret = hash === 'x' ? (passwords.get(name) ?? '!') : hash
      return { name, password: secret !== '' && !/^[!*]/.test(secret), keys: keysOf(home, host) }
    })
}

/** Refuses to take the last key by which an administrator gets in, when no other way in is left. */
export function lastWayIn(path: string, text: string, host: WritableHost): Readiness | undefined {
  if (!/\/authorized_keys2?$/.test(path)) return undefined
  const admins = administrators(host)
  const concerned = admins.some(admin => admin.keys.some(key => key.path === path && key.text === text.trim()))
  if (!concerned) return undefined
  const left = admins.some(
    admin => admin.password || admin.keys.some(key => !(key.path === path && key.text === text.trim())),
  )
  if (left) return undefined
  return refused('this is the last key of an administrator and nobody has a password: add your own key first')
}

/** Refuses to lock out the last administrator that could still log in. */
export function lastAdministrator(name: string, host: WritableHost): Readiness | undefined {
  const usable = administrators(host).filter(admin => admin.password || admin.keys.length > 0)
  if (usable.length === 0 || usable.some(admin => admin.name !== name)) return undefined
  return refused(`${name} is the last administrator who can log in`)
}

/** Lines of a passwd-like file split at colons. */
export function records(host: WritableHost, path: string): string[][] {
  const text = host.files.inspect(path)?.type === 'file' ? host.files.read(path)?.toString('latin1') : undefined
  return (text ?? '')
    .split('\n')
    .filter(line => line.includes(':'))
    .map(line => line.split(':'))
}

function keysOf(home: string, host: WritableHost): { path: string; text: string }[] {
  if (!home.startsWith('/') || home.split('/').includes('..')) return []
  return ['authorized_keys', 'authorized_keys2'].flatMap(name => {
    const path = `${home.replace(/\/$/, '')}/.ssh/${name}`
    const text = host.files.inspect(path)?.type === 'file' ? host.files.read(path)?.toString('utf8') : undefined
    return (text ?? '')
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '' && !line.startsWith('#'))
      .map(line => ({ path, text: line }))
  })
}
