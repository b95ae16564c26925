import type { FileFact } from '../../model/index.ts'
import { displayBytes, exactBytes, type FileStat } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { baseName, parentOf } from './directory.ts'
import { isKnownCommand } from './command-names.ts'
import { deceptionIn } from './deceptive-name.ts'
import { factTime } from './fact-time.ts'
import { viewsWithoutPath } from './hidden-entries.ts'

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
  const hiddenFrom = viewsWithoutPath(survey.target, path)
  const deception = deceptionOf(survey, path)
  return {
    kind: 'file',
    path: displayBytes(path),
    ...(pathBytes === undefined ? {} : { pathBytes }),
    name: displayBytes(baseName(path)),
    ...(hiddenFrom.length === 0 ? {} : { hiddenFrom }),
    ...(deception === undefined ? {} : { deception }),
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

/** Whether its name is made to be taken for another one that lies beside it, or for a command of the system. */
function deceptionOf({ target }: Survey, path: string): string | undefined {
  // Asked for names that are not plain ASCII only, of which a host has few.
  const isBeside = (name: string) => target.files.list(parentOf(path))?.includes(name) === true
  return deceptionIn(baseName(path), name => isKnownCommand(name) || isBeside(name))
}
