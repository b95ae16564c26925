import type { ContainerFact, Fact } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { environmentTells } from './environment-tells.ts'

/** What a runtime's state says of a container. */
export interface ContainerState {
  readonly id: string
  readonly name: string
  readonly runtime: ContainerFact['runtime']
  readonly image: string
  readonly imageId?: string | undefined
  readonly command: string
  readonly path: string
  readonly running: boolean
  readonly restartPolicy: string
  readonly privileged: boolean
  readonly hostNetwork: boolean
  readonly hostPid: boolean
  readonly mounts: readonly string[]
  readonly environment: readonly string[]
  readonly created?: string | undefined
  readonly pid?: number | undefined
  readonly user?: string | undefined
}

/** The container, and an autostart where its restart policy brings it back. */
export function* containerFacts(survey: Survey, state: ContainerState): Generator<Fact> {
  const { environment, mounts, created, pid, user, imageId, ...rest } = state
  const time = created === undefined ? Number.NaN : Date.parse(created)
  yield {
    kind: 'container',
    ...rest,
    containerId: state.id,
    name: displayBytes(state.name),
    image: displayBytes(state.image),
    command: displayBytes(state.command.slice(0, 8_192)),
    path: displayBytes(state.path),
    mounts: mounts.slice(0, 100).map(displayBytes),
    environmentTells: environmentTells(environment),
    ...(/^sha256:[0-9a-f]{64}$/.test(imageId ?? '') ? { imageId } : {}),
    ...(Number.isNaN(time) || time <= 0 ? {} : { created: new Date(time).toISOString() }),
    ...(pid === undefined || pid <= 0 ? {} : { pid }),
  }
  if (!/^(?:always|unless-stopped|on-failure)/.test(state.restartPolicy)) return
  const settings = [
    `id=${state.id}`,
    `runtime=${state.runtime}`,
    `image=${state.image}`,
    `restart=${state.restartPolicy}`,
    ...(state.privileged ? ['privileged'] : []),
    ...(state.hostNetwork ? ['network=host'] : []),
    ...(state.hostPid ? ['pid=host'] : []),
    ...mounts.slice(0, 20).map(mount => `mount=${mount}`),
  ]
  // The command names paths inside the container, not of this host, so it has no targets here.
  yield autostartFact(survey, {
    mechanism: 'container',
    path: state.path,
    name: state.name,
    command: state.command,
    user: user ?? 'root',
    schedule: state.restartPolicy,
    targets: [],
    settings,
  })
}
