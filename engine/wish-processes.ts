import type { ProcessFact, ProcessName } from '../model/index.ts'
import { isShared, isSharedTool } from './places.ts'
import type { Wishing } from './wishing.ts'
import { containerIdOf, isOwned, type Known, programsOf, type World } from './world.ts'

/** The whole set stops at once. */
export function freezeAll(wishing: Wishing): void {
  const processes = wishing.incident.members.filter((one): one is Known<'process'> => one.kind === 'process')
  if (processes.length === 0) return
  const files = wishing.incident.members.filter((one): one is Known<'file'> => one.kind === 'file')
  const paths = files.filter(one => one.type === 'file').map(one => one.path)
  const contained = processes.filter(one => one.container !== undefined)
  // What a container calls its program may be another one's path in the next: its content tells.
  const running = processes.filter(one => !contained.includes(one)).flatMap(programsOf)
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
          ...new Set([
            ...files.flatMap(one => (one.sha256 === undefined || one.size === 0 ? [] : [one.sha256])),
            ...contained.flatMap(one => (one.sha256 === undefined || isSharedTool(one.path ?? '') ? [] : [one.sha256])),
          ]),
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

/** What a container that was broken into needs: the program that was added goes; the container itself is not the intruder's. */
export function wishContained(fact: Known<'process'>, wishing: Wishing): void {
  const id = fact.container
  if (id === undefined) return
  const container = wishing.world.all('container').find(one => containerIdOf(one).startsWith(id))
  if (container !== undefined && wishing.ids.has(container.id)) return
  if (fact.hostPath !== undefined && fact.sha256 !== undefined && !fact.exeDeleted)
    wishing.want(
      'remove',
      1,
      { kind: 'quarantine-file', path: fact.hostPath, sha256: fact.sha256 },
      `pid ${fact.pid} runs it inside the container ${container?.name ?? id.slice(0, 12)}`,
      fact.id,
    )
  if (container === undefined) return
  const { name, image } = container
  wishing.advise({
    text: `The container ${name}, made from the image ${image}, was broken into: close the way in, and make it anew from the image. What else was changed in it is not known.`,
  })
}
