import { isDropPlace, isHidingName, isOddDirectory, isShared } from './places.ts'
import type { Known, World } from './world.ts'

/** Files in the same hidden directory, or in the same directory of a drop place. */
export function mates(fact: Known<'file'>, world: World): readonly Known<'file'>[] {
  const root = hidingRoot(fact.path)
  if (root === undefined) return []
  return world.all('file').filter(one => one.path === root || one.path.startsWith(`${root}/`))
}

/** Below a name that hides; a mere drop place is shared by all users. */
export function hides(path: string): boolean {
  return path.split('/').some(part => part !== '' && isHidingName(part))
}

/** The topmost directory on the way to a file that hides, or the file's own directory below a drop place. */
export function hidingRoot(path: string): string | undefined {
  const parts = path.split('/')
  for (let depth = 1; depth < parts.length - 1; depth++)
    if (isHidingName(parts[depth] ?? '') && !isToolsOfNode(parts, depth)) return parts.slice(0, depth + 1).join('/')
  const directory = parts.slice(0, -1).join('/')
  const below = isDropPlace(directory) && !isShared(directory) && !/^\/run\/user\/\d+$/.test(directory)
  return below && isOddDirectory(directory) ? directory : undefined
}

/** An executable that came within the same minutes. */
export function bornTogether(a: Known<'file'>, b: Known<'file'>): boolean {
  if (!b.executable || isShared(b.path)) return false
  return Math.abs(Date.parse(a.changed) - Date.parse(b.changed)) <= together
}

/** Ten minutes: a dropper writes what it brings in one go. */
export const together = 10 * 60 * 1000

/** npm puts the commands of packages into node_modules/.bin. */
function isToolsOfNode(parts: readonly string[], depth: number): boolean {
  return parts[depth] === '.bin' && parts[depth - 1] === 'node_modules'
}
