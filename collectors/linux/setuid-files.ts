import type { SettingFact } from '../../model/index.ts'
import { displayBytes, type FileStat } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { factTime } from './fact-time.ts'
import { homesOf } from './people.ts'

const setuidBit = 0o4000
const setgidBit = 0o2000
const commandPlaces = [
  '/bin',
  '/sbin',
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/lib',
  '/usr/libexec',
  '/usr/games',
  '/lib',
]
const dropPlaces = [
  '/tmp',
  '/var/tmp',
  '/dev/shm',
  '/run/lock',
  '/var/lock',
  '/etc',
  '/root',
  '/opt',
  '/srv',
  '/var/www',
  '/boot',
  '/media',
  '/mnt',
]
const deepest = 3
const mostEntries = 20_000

/**
 * Programs that give root to whoever starts them: among commands those that no package installed, elsewhere any. A copy of a
 * shell with this bit is the oldest way back in.
 */
export function* oddSetuidFiles(survey: Survey): Iterable<SettingFact> {
  const { target } = survey
  const seen = new Set<string>()
  let left = mostEntries
  const walk = function* (path: string, depth: number): Iterable<SettingFact> {
    for (const name of target.files.list(path) ?? []) {
      if (left-- <= 0) return
      const stat = target.files.lstat(`${path}/${name}`)
      if (stat?.type === 'directory' && depth > 0) yield* walk(`${path}/${name}`, depth - 1)
      if (stat?.type !== 'file' || !givesRoot(stat) || seen.has(`${stat.device}:${stat.inode}`)) continue
      seen.add(`${stat.device}:${stat.inode}`)
      const fact = oddFact(survey, `${path}/${name}`, stat)
      if (fact) yield fact
    }
  }
  for (const path of commandPlaces) if (target.files.lstat(path)?.type === 'directory') yield* walk(path, 0)
  for (const path of [...dropPlaces, ...homesOf(target, survey.people).map(({ home }) => home)])
    yield* walk(path, deepest)
  if (left <= 0)
    target.addGap({ what: 'setuid files', why: `only ${mostEntries} files of the usual places were looked at` })
}

/** Setgid counts for root's group only; games and mail spools have theirs. */
function givesRoot({ mode, uid, gid }: FileStat): boolean {
  if ((mode & 0o111) === 0) return false
  return ((mode & setuidBit) !== 0 && uid === 0) || ((mode & setgidBit) !== 0 && gid === 0)
}

function oddFact(survey: Survey, path: string, { mode, modifiedMs }: FileStat): SettingFact | undefined {
  const { ownership, package: owner } = survey.owner(path)
  if (owner !== undefined && ownership !== 'modified') return undefined
  return {
    kind: 'setting',
    name: 'setuid',
    value: `0${mode.toString(8)}`,
    path: displayBytes(path),
    attributes: survey.target.files.attributes(path),
    modified: factTime(modifiedMs),
    detail: ownership,
  }
}
