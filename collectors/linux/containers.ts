import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { containerFacts } from './container-fact.ts'
import { baseName, directoriesIn, distinct, glob } from './directory.ts'
import { listOf, objectOf, readJson, stringOf, stringsOf } from './json-text.ts'
import { ociContainer } from './oci-spec.ts'
import { podmanContainers } from './podman.ts'

/** Containers as their runtimes' state on disk tells: Docker, containerd, podman and CRI-O. Nothing is asked of a daemon. */
export const containers: Collector = {
  name: 'containers',
  collects: ['container', 'autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    survey.progress('containers')
    const known = new Set<string>()
    for (const root of distinct(survey.target, dockerRoots(survey))) {
      for (const folder of directoriesIn(survey.target, `${root}/containers`)) {
        known.add(baseName(folder))
        yield* dockerFacts(survey, folder)
      }
    }
    yield* podmanContainers(survey, known)
    for (const folder of distinct(
      survey.target,
      bundles.flatMap(pattern => glob(survey.target, pattern)),
    )) {
      if (!known.has(baseName(folder))) yield* bundleFacts(survey, folder)
      known.add(baseName(folder))
    }
  },
}

function dockerRoots(survey: Survey): string[] {
  const settings = objectOf(readJson(survey.target, '/etc/docker/daemon.json'))
  const moved = [stringOf(settings['data-root']), stringOf(settings['graph'])].filter(path => path.startsWith('/'))
  const users = glob(survey.target, '/home/*/.local/share/docker')
  return ['/var/lib/docker', '/var/snap/docker/common/var-lib-docker', ...moved, ...users]
}

function* dockerFacts(survey: Survey, folder: string): Generator<Fact> {
  const path = `${folder}/config.v2.json`
  const config = objectOf(readJson(survey.target, path))
  if (Object.keys(config).length === 0) return
  const host = objectOf(readJson(survey.target, `${folder}/hostconfig.json`))
  const inner = objectOf(config['Config'])
  const state = objectOf(config['State'])
  const pid = Number(stringOf(state['Pid'])) || undefined
  const points = Object.values(objectOf(config['MountPoints'])).slice(0, 100).map(objectOf)
  const mounts = points.map(
    point => `${stringOf(point['Source']) || stringOf(point['Name'])}:${stringOf(point['Destination'])}`,
  )
  const program = [stringOf(config['Path']), ...stringsOf(config['Args'])].filter(word => word !== '')
  yield* containerFacts(survey, {
    id: stringOf(config['ID']) || baseName(folder),
    name: stringOf(config['Name']).replace(/^\//, '') || baseName(folder).slice(0, 12),
    runtime: 'docker',
    image: stringOf(inner['Image']),
    imageId: stringOf(config['Image']),
    command: (program.length > 0 ? program : [...stringsOf(inner['Entrypoint']), ...stringsOf(inner['Cmd'])]).join(' '),
    path,
    running: state['Running'] === true,
    restartPolicy: stringOf(objectOf(host['RestartPolicy'])['Name']) || 'no',
    privileged: host['Privileged'] === true,
    hostNetwork: host['NetworkMode'] === 'host',
    hostPid: host['PidMode'] === 'host',
    mounts: [
      ...new Set([
        ...mounts,
        ...stringsOf(host['Binds']),
        ...listOf(host['Mounts'])
          .map(objectOf)
          .map(mount => `${stringOf(mount['Source'])}:${stringOf(mount['Target'])}`),
      ]),
    ],
    environment: stringsOf(inner['Env']),
    created: stringOf(config['Created']) || undefined,
    pid,
  })
}

/** Bundles of running tasks; containerd keeps them only while a container runs. A second containerd has another name below /run. */
const bundles = [
  '/run/containerd/io.containerd.runtime.v2.task/*/*',
  '/run/*/containerd/io.containerd.runtime.v2.task/*/*',
  '/run/*/io.containerd.runtime.v2.task/*/*',
  '/var/run/*/io.containerd.runtime.v2.task/*/*',
  '/run/docker/containerd/daemon/io.containerd.runtime.v2.task/*/*',
]

function* bundleFacts(survey: Survey, folder: string): Generator<Fact> {
  const path = `${folder}/config.json`
  const document = readJson(survey.target, path)
  if (document === undefined) return
  const spec = ociContainer(document)
  const pid = Number((survey.target.files.text(`${folder}/init.pid`, 64) ?? '').trim()) || undefined
  const id = baseName(folder)
  const orchestrated = Object.keys(spec.annotations).some(key => key.startsWith('io.kubernetes.'))
  const { annotations, ...rest } = spec
  // The kubelet starts its containers again by itself, from its own manifests; containerd has no policy of its own.
  const restartPolicy = stringOf(annotations['containerd.io/restart.policy']) || (orchestrated ? 'kubelet' : 'no')
  yield* containerFacts(survey, {
    ...rest,
    id,
    name: spec.name || id.slice(0, 12),
    runtime: 'containerd',
    path,
    running: true,
    restartPolicy,
    pid,
  })
}
