import type { ContainerFact, ProcessFact } from '../../../model/index.ts'
import type { Target } from '../../../target/index.ts'
import { readMounts } from '../mount-info.ts'
import { containerRoots } from './usual-roots.ts'

export interface ContainerRoot {
  /** On the host. */
  readonly path: string
  readonly container: string
}

/** Directories of the host that containers have as mounts where web servers keep pages. */
export function mountedRoots({ mounts, containerId, id }: ContainerFact): ContainerRoot[] {
  const roots: ContainerRoot[] = []
  for (const mount of mounts.slice(0, 200)) {
    const [source = '', destination = ''] = mount.split(':')
    if (source.startsWith('/') && containerRoots.some(place => isAt(destination, place)))
      roots.push({ path: source, container: containerId ?? id })
  }
  return roots
}

/** What a web server in a container has written there itself: the upper directory of its overlay (kernel, overlayfs.rst). */
export function layerRoots(target: Target, { pid, container }: ProcessFact): ContainerRoot[] {
  if (container === undefined) return []
  const layer = readMounts(target, pid)
    .findLast(mount => mount.path === '/')
    ?.superOptions.match(/(?:^|,)upperdir=([^,]+)/)?.[1]
  if (layer === undefined) return []
  return containerRoots
    .map(place => `${layer}${place}`)
    .filter(path => target.files.stat(path)?.type === 'directory')
    .map(path => ({ path, container }))
}

function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}
