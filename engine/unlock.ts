import type { Wishing } from './wishing.ts'
import type { World } from './world.ts'

/** Inode flags that a setting reports of a path. */
export function flagsAt(path: string, world: World): ('immutable' | 'append')[] {
  return world
    .all('setting')
    .filter(one => one.name === 'immutable' && one.path === path)
    .flatMap(one => one.attributes)
}

/** Takes the flags off a path, and off its directory, before it is changed. */
export function unlock(
  wishing: Wishing,
  path: string,
  pathBytes: string | undefined,
  flags: readonly ('immutable' | 'append')[],
  fact: string,
): void {
  const own = [...new Set([...flags, ...flagsAt(path, wishing.world)])].sort()
  if (own.length > 0)
    wishing.want(
      'disarm',
      1,
      { kind: 'clear-attributes', path, pathBytes, flags: own, acl: false },
      `${path} is ${own.join(' and ')}`,
      fact,
    )
  const directory = path.slice(0, path.lastIndexOf('/')) || '/'
  const above = flagsAt(directory, wishing.world)
  if (above.length > 0)
    wishing.want(
      'disarm',
      0,
      { kind: 'clear-attributes', path: directory, flags: [...new Set(above)].sort(), acl: false },
      `${directory} is ${above.join(' and ')}`,
      fact,
    )
}
