import type { SettingFact } from '../../model/index.ts'
import { displayBytes, type FileStat } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { factTime } from './fact-time.ts'
import { shellIn } from './shell-program.ts'
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
      yield* oddFacts(survey, `${path}/${name}`, stat)
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

function* oddFacts(survey: Survey, path: string, stat: FileStat): Iterable<SettingFact> {
  const { ownership, package: owner } = survey.owner(path)
  if (owner !== undefined && ownership !== 'modified') return
  const { mode, modifiedMs } = stat
  const base = {
    kind: 'setting' as const,
    path: displayBytes(path),
    attributes: survey.target.files.attributes(path),
    modified: factTime(modifiedMs),
  }
  yield { ...base, name: 'setuid', value: `0${mode.toString(8)}`, detail: ownership }
  const shell = shellIn(survey.target, path, stat.size)
  if (shell !== undefined) yield { ...base, name: 'setuid-shell', value: shell, detail: ownership }
}
