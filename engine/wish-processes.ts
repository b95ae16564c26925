import type { ProcessFact, ProcessName } from '../model/index.ts'
import { isShared, isSharedTool } from './places.ts'
import type { Wishing } from './wishing.ts'
import { isOwned, type Known, type World } from './world.ts'

/** The whole set stops at once. */
export function freezeAll(wishing: Wishing): void {
  const processes = wishing.incident.members.filter((one): one is Known<'process'> => one.kind === 'process')
  if (processes.length === 0) return
  const files = wishing.incident.members.filter((one): one is Known<'file'> => one.kind === 'file')
  const paths = files.filter(one => one.type === 'file').map(one => one.path)
  const running = processes.flatMap(one => [one.path, one.script]).filter((one): one is string => one !== undefined)
  // A program that only one of its processes is guilty with must not draw in the others.
  const own = running.filter(one => !isSharedTool(one) && !ownedAt(one, wishing.world) && isOurs(one, wishing))
  wishing.want(
    'freeze',
    1,
    {
      kind: 'freeze-processes',
      processes: processes.map(nameOfProcess),
      follow: {
        paths: [...new Set([...paths, ...own])].filter(one => !isShared(one)).sort(),
        sha256: [
          ...new Set(files.flatMap(one => (one.sha256 === undefined || one.size === 0 ? [] : [one.sha256]))),
        ].sort(),
      },
    },
    `${processes.length === 1 ? 'it must not' : 'all stop at once, so that none can'} start another meanwhile`,
    processes[0]?.id ?? '',
  )
}

function isOurs(path: string, { world, ids }: Wishing): boolean {
  const file = world.file(path)
  return file === undefined || ids.has(file.id)
}

function ownedAt(path: string, world: World): boolean {
  return (
    isOwned(world.file(path)?.ownership) ||
    world.all('process').some(one => one.path === path && isOwned(one.ownership))
  )
}

/** Names one process and no later one with its pid. */
export function nameOfProcess(fact: ProcessFact): ProcessName {
  return { pid: fact.pid, startTime: fact.startTime, path: fact.path, command: fact.command }
}
