import type { FileFact } from '../../model/index.ts'
import { displayBytes, exactBytes, type FileStat } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { baseName } from './directory.ts'
import { factTime } from './fact-time.ts'

const dayMs = 86_400_000

/** What `lstat`, the packages and the passwd file tell of a path; contents and copies are filled in by who looked at them. */
export function fileFact(survey: Survey, path: string, stat: FileStat, seenAs: readonly string[]): FileFact {
  const { files, now } = survey.target
  const owner = survey.owner(path)
  const linkTarget = files.realPath(path)
  const isLink = linkTarget !== undefined && linkTarget !== path
  const pathBytes = exactBytes(path)
  const user = survey.people.find(person => person.uid === stat.uid)?.name
  const newest = Math.max(stat.modifiedMs, stat.changedMs, stat.createdMs ?? 0)
  const ageDays = Math.round(Math.max(0, now - newest) / (dayMs / 100)) / 100
  const isOwned = owner.package !== undefined
  return {
    kind: 'file',
    path: displayBytes(path),
    ...(pathBytes === undefined ? {} : { pathBytes }),
    name: displayBytes(baseName(path)),
    type: isLink ? 'symlink' : stat.type,
    ...(isLink ? { linkTarget: displayBytes(linkTarget) } : {}),
    size: stat.size,
    uid: stat.uid,
    gid: stat.gid,
    ...(user === undefined ? {} : { user: displayBytes(user) }),
    mode: `0${stat.mode.toString(8).padStart(3, '0')}`,
    executable: stat.type === 'file' && (stat.mode & 0o111) !== 0,
    setuid: stat.type === 'file' && (stat.mode & 0o4000) !== 0,
    modified: factTime(stat.modifiedMs),
    changed: factTime(stat.changedMs),
    ...(stat.createdMs === undefined ? {} : { created: factTime(stat.createdMs) }),
    inode: stat.inode,
    linkCount: stat.linkCount,
    ownership: owner.ownership,
    ...(owner.package === undefined ? {} : { package: owner.package }),
    attributes: stat.type === 'file' || stat.type === 'directory' ? files.attributes(path) : [],
    traits: [],
    evidence: [],
    targets: [],
    endpoints: [],
    sameContent: [],
    seenAs: [...seenAs],
    ageDays,
    backdated: stat.type === 'file' && !isOwned && stat.changedMs - stat.modifiedMs > dayMs,
  }
}
