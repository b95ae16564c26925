import type { TrafficEar } from '../detect/traffic/listen.ts'
import type { Target } from '../target/index.ts'
import { CommandError } from './command-error.ts'

/** Listens from now on, where that was asked for. */
export async function earFor(
  target: Target,
  { traffic, observe }: { traffic?: boolean | undefined; observe?: number | undefined },
): Promise<TrafficEar | undefined> {
  if (traffic !== true) return undefined
  if (observe === undefined || observe <= 0)
    throw new CommandError(
      '--traffic listens while the host is watched: say for how long, as in --observe 60s --traffic',
    )
  const { listenToTraffic } = await import('../detect/traffic/listen.ts')
  return listenToTraffic(target)
}
