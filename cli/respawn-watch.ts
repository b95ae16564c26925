import { setTimeout as pause } from 'node:timers/promises'
import type { Incident, Run } from '../model/index.ts'
import { fromFact, type Target } from '../target/index.ts'

/** Something that was removed and must not be seen again. */
interface Removed {
  readonly what: string
  present(): boolean
}

/**
 * Looks each second at what a run removed: files and units by their paths, lines by their text, processes by their
 * executables and scripts. Cheap enough for minutes; what else appears is for the scan at the end. Names what came back.
 */
export async function watchForReturn(
  target: Target,
  run: Run,
  incidents: readonly Incident[],
  seconds: number,
  tell: (left: number, back: number) => void,
): Promise<string[]> {
  const removed = [...places(target, run), ...(target.live ? programs(target, incidents) : [])]
  const watched = removed.filter(one => !one.present())
  const back = new Set<string>()
  const end = Date.now() + seconds * 1_000
  for (;;) {
    for (const one of watched) if (!back.has(one.what) && one.present()) back.add(one.what)
    const left = end - Date.now()
    tell(Math.max(0, Math.ceil(left / 1_000)), back.size)
    if (left <= 0) return [...back].sort()
    await pause(Math.min(1_000, left))
  }
}

function places(target: Target, run: Run): Removed[] {
  const { files } = target
  return run.actions.flatMap(({ action, outcome }): Removed[] => {
    if (outcome !== 'done' && outcome !== 'already-done') return []
    switch (action.kind) {
      case 'quarantine-file':
      case 'remove-unit': {
        const path = fromFact(action.path, action.pathBytes)
        return [{ what: action.path, present: () => files.lstat(path) !== undefined }]
      }
      case 'remove-line': {
        const path = fromFact(action.path, action.pathBytes)
        const text = fromFact(action.text, action.textBytes)
        // Read again only when something about the file changed.
        let seen = ''
        let found = false
        const present = () => {
          const stat = files.stat(path)
          const state = stat === undefined ? 'none' : `${stat.inode} ${stat.size} ${stat.changedMs} ${stat.modifiedMs}`
          if (state !== seen) found = stat !== undefined && (files.text(path) ?? '').split('\n').includes(text)
          seen = state
          return found
        }
        return [{ what: `line in ${action.path}: ${action.text}`, present }]
      }
      default:
        return []
    }
  })
}

/** One look at /proc serves all programs of the same second. */
function programs(target: Target, incidents: readonly Incident[]): Removed[] {
  const { files } = target
  const wanted = new Set<string>()
  for (const member of incidents.flatMap(one => one.members))
    if (member.kind === 'process') {
      if (member.ownership !== 'owned' && member.ownership !== 'verified' && member.path !== undefined)
        wanted.add(fromFact(member.path, member.pathBytes))
      if (member.script !== undefined) wanted.add(member.script)
    }
  let at = 0
  let running = new Set<string>()
  const look = () => {
    if (Date.now() - at < 900) return
    running = runningPrograms(files)
    at = Date.now()
  }
  return [...wanted].map(path => ({
    what: `process ${path}`,
    present() {
      look()
      return running.has(path)
    },
  }))
}

function runningPrograms(files: Target['files']): Set<string> {
  const found = new Set<string>()
  for (const name of files.list('/proc') ?? []) {
    if (!/^\d+$/.test(name)) continue
    const link = files.readLink(`/proc/${name}/exe`)
    if (link !== undefined) found.add(link.replace(/ \(deleted\)$/, ''))
    for (const word of (files.text(`/proc/${name}/cmdline`, 4_096) ?? '').split('\0').slice(0, 4))
      if (word.startsWith('/')) found.add(word)
  }
  return found
}
