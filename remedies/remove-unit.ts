import type { ActionOf } from '../model/index.ts'
import { fromFact } from '../target/index.ts'
import type { WritableHost } from './host.ts'
import { protectedFile } from './protected.ts'
import { compare } from './quarantine-file.ts'
import { alreadyDone, changedSince, type Remedy, ready, refused, type Undone } from './remedy.ts'
import { managerOf, reload, resetFailed, validUnitName } from './systemd.ts'
import { keepEntry, parentOf, putBack, removeEntry, type TakenEntry } from './taken-entry.ts'

/** Takes a unit's file away with its links and drop-ins, and makes systemd forget it. */
export const removeUnit: Remedy<'remove-unit', readonly TakenEntry[]> = {
  kind: 'remove-unit',
  undoable: true,
  needsLive: false,
  async check(action, host) {
    if (!validUnitName(action.name)) return refused(`${action.name} names no unit`)
    const present = entriesOf(action, host).filter(path => host.files.inspect(path) !== undefined)
    if (present.length === 0) return alreadyDone
    for (const path of present) {
      const guard = protectedFile(path, host)
      if (guard !== undefined) return refused(guard)
    }
    const path = fromFact(action.path, action.pathBytes)
    const file = compare(path, { ...(action.sha256 === undefined ? {} : { sha256: action.sha256 }) }, host)
    if (file.state !== 'ready' && file.state !== 'already-done') return file
    for (const link of action.links) {
      const type = host.files.inspect(link)?.type
      if (type !== undefined && type !== 'symlink') return changedSince(`${link} is a ${type} now`)
    }
    return ready
  },
  async prepare(action, host) {
    const taken: TakenEntry[] = []
    for (const [part, path] of entriesOf(action, host).entries()) {
      const one = await keepEntry(path, host, part)
      if (one !== undefined) taken.push(one)
    }
    return taken
  },
  async apply(action, saved, host) {
    for (const one of saved) removeEntry(one, host)
    const manager = managerOf(action.user, host)
    if (manager !== undefined) {
      await reload(manager, host)
      await resetFailed(action.name, manager, host)
    }
    return undefined
  },
  async undo(action, saved, host) {
    let result: Undone = 'undone'
    for (const one of [...saved].reverse()) {
      const its = await putBack(one, host)
      if (its !== 'undone') result = its
    }
    const manager = managerOf(action.user, host)
    if (manager !== undefined) await reload(manager, host)
    return result
  },
}

/** Links first, then drop-ins and their directories, then the file, so that nothing dangles between two steps. */
function entriesOf(action: ActionOf<'remove-unit'>, host: WritableHost): string[] {
  const path = fromFact(action.path, action.pathBytes)
  // A drop-in goes alone: its unit and the other drop-ins are somebody's own.
  if (parentOf(path).endsWith('.d')) return [path, ...emptiedBy(path, host)]
  const folders = new Set([`${parentOf(path)}/${action.name}.d`])
  if (action.user === undefined) {
    for (const base of ['/etc/systemd/system', '/run/systemd/system']) folders.add(`${base}/${action.name}.d`)
  }
  const dropIns = [...folders].flatMap(folder => {
    const names = host.files.inspect(folder)?.type === 'directory' ? host.files.list(folder) : undefined
    if (names === undefined) return []
    const files = names.map(name => `${folder}/${name}`)
    return files.every(file => host.files.inspect(file)?.type !== 'directory') ? [...files, folder] : files
  })
  return [...new Set([...action.links, ...dropIns, path])]
}

/** The directory of a drop-in that holds nothing else. */
function emptiedBy(path: string, host: WritableHost): string[] {
  const folder = parentOf(path)
  const names = host.files.inspect(folder)?.type === 'directory' ? host.files.list(folder) : undefined
  return names?.length === 1 && `${folder}/${names[0]}` === path ? [folder] : []
}
