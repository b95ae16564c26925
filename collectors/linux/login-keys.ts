import type { Fact, LoginKeyFact } from '../../model/index.ts'
import { displayBytes, exactBytes, type Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { aboutPlace } from './about-place.ts'
import { type AuthorizedKey, parseAuthorizedKey } from './authorized-key.ts'
import { join } from './directory.ts'
import { homesOf } from './people.ts'
import { present } from './present.ts'
import { readSshdLines } from './sshd-effective.ts'

/**
 * Keys that open an account (sshd(8), AUTHORIZED_KEYS FILE FORMAT): in every home, service accounts' too, and wherever
 * sshd_config says. A malformed line is no key and hides none after it.
 */
export const loginKeys: Collector = {
  name: 'login-keys',
  collects: ['login-key'],
  os: ['linux'],
  stage: 'first',
  collect,
}

const usualFiles = ['.ssh/authorized_keys', '.ssh/authorized_keys2']
const usualPatterns = [
  '/etc/ssh/keys/%u',
  '/etc/ssh/authorized_keys/%u',
  '/etc/ssh/keys/%u/authorized_keys',
  '/etc/ssh/%u/authorized_keys',
]
const mostLines = 20_000

interface KeyLine {
  readonly path: string
  readonly user: string
  readonly line: number
  readonly text: string
  readonly key: AuthorizedKey
}

function* collect(survey: Survey): Iterable<Fact> {
  survey.progress('login keys')
  const files = keyFiles(survey)
  const lines = [...files].map(([path, user]) => readKeys(survey.target, path, user))
  const users = new Map<string, Set<string>>()
  for (const { key, user } of lines.flat())
    users.set(key.fingerprint, (users.get(key.fingerprint) ?? new Set()).add(user))
  for (const inFile of lines) {
    for (const line of inFile)
      yield keyFact(survey.target, line, inFile.length, users.get(line.key.fingerprint)?.size ?? 1)
  }
}

/** Every file that may hold keys with the account it opens; `*` where it opens all. */
function keyFiles({ target, people }: Survey): Map<string, string> {
  const files = new Map<string, string>()
  const seen = new Set<string>()
  const add = (path: string, user: string): void => {
    const real = target.files.realPath(path)
    if (real === undefined || seen.has(real) || target.files.stat(real)?.type !== 'file') return
    seen.add(real)
    files.set(path, displayBytes(user))
  }
  const patterns = keyPatterns(target)
  const homes = homesOf(target, people)
  for (const pattern of patterns) {
    if (pattern.startsWith('/') && !/%[hu]/i.test(pattern)) add(pattern, '*')
    for (const { name, uid, home } of people) add(expand(pattern, name, uid, home), name)
    for (const { user, home } of homes) add(expand(pattern, user, undefined, home), user)
  }
  for (const path of ['/etc/dropbear/authorized_keys']) add(path, 'root')
  for (const directory of ['/etc/ssh/keys', '/etc/ssh/authorized_keys']) {
    for (const name of target.files.list(directory) ?? []) add(join(directory, name), name.replace(/\.pub$/, ''))
  }
  return files
}

function keyPatterns(target: Target): string[] {
  const said = readSshdLines(target).filter(({ keyword }) => /^authorizedkeysfile2?$/.test(keyword))
  const patterns = said
    .flatMap(({ value }) => value.split(/\s+/))
    .filter(pattern => pattern !== '' && pattern !== 'none')
  return [...new Set([...usualFiles, ...usualPatterns, ...patterns])].slice(0, 50)
}

/** %h, %u, %U and %% of sshd_config(5); relative paths start at the home. */
function expand(pattern: string, user: string, uid: number | undefined, home: string): string {
  const path = pattern.replace(/%([hHuU%])/g, (_, token: string) => {
    if (token === '%') return '%'
    if (token === 'u') return user
    return token === 'U' ? String(uid ?? '') : home
  })
  return path.startsWith('/') ? path : join(home === '' ? '/' : home.replace(/\/+$/, '') || '/', path)
}

function readKeys(target: Target, path: string, user: string): KeyLine[] {
  return (target.files.text(path) ?? '').split('\n', mostLines).flatMap((text, at) => {
    const key = parseAuthorizedKey(text)
    return key ? [{ path, user, line: at + 1, text, key }] : []
  })
}

function keyFact(
  target: Target,
  { path, user, line, text, key }: KeyLine,
  keysInFile: number,
  accountsWithKey: number,
): LoginKeyFact {
  const { modified, attributes } = aboutPlace(target, path)
  return present({
    kind: 'login-key',
    path: displayBytes(path),
    pathBytes: exactBytes(path),
    line,
    text: displayBytes(text),
    textBytes: exactBytes(text),
    user,
    keyType: key.keyType,
    fingerprint: key.fingerprint,
    comment: displayBytes(key.comment),
    options: key.options.map(displayBytes),
    attributes,
    modified,
    keysInFile,
    accountsWithKey,
    command: key.command === undefined ? undefined : displayBytes(key.command),
  })
}
