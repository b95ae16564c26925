import type { Fact } from '../../model/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { autostartFact } from './autostart-fact.ts'
import { distinct, filesIn } from './directory.ts'
import { listOf, objectOf, stringOf, stringsOf } from './json-text.ts'
import { kubeletSettings } from './kubelet.ts'
import { readYaml } from './yaml-text.ts'

/** Pods that a kubelet starts from files by itself, and manifests that k3s and RKE2 apply at start. */
export const staticPods: Collector = {
  name: 'static-pods',
  collects: ['autostart'],
  os: ['linux'],
  stage: 'first',
  *collect(survey) {
    const told = kubeletSettings(survey.target)
      .map(({ settings }) => stringOf(settings['staticPodPath']))
      .filter(path => path.startsWith('/'))
    for (const directory of distinct(survey.target, [...places, ...told])) {
      for (const path of filesIn(survey.target, directory, name => !name.startsWith('.'))) yield* podFacts(survey, path)
    }
  },
}

const places = [
  '/etc/kubernetes/manifests',
  '/etc/kubelet.d',
  '/var/lib/rancher/k3s/agent/pod-manifests',
  '/var/lib/rancher/k3s/server/manifests',
  '/var/lib/rancher/rke2/agent/pod-manifests',
  '/var/lib/rancher/rke2/server/manifests',
]

function* podFacts(survey: Survey, path: string): Generator<Fact> {
  for (const document of readYaml(survey.target, path)) {
    const pod = podOf(document)
    const spec = objectOf(pod['spec'])
    const name = stringOf(objectOf(objectOf(document)['metadata'])['name'])
    const hostPaths = listOf(spec['volumes']).map(volume =>
      stringOf(objectOf(objectOf(objectOf(volume))['hostPath'])['path']),
    )
    const mounts = hostPaths.filter(host => host !== '').map(host => `hostPath=${host}`)
    for (const container of [...listOf(spec['initContainers']), ...listOf(spec['containers'])].map(objectOf)) {
      const settings = [
        `image=${stringOf(container['image'])}`,
        `kind=${stringOf(objectOf(document)['kind'])}`,
        ...(spec['hostNetwork'] === true ? ['network=host'] : []),
        ...(spec['hostPID'] === true ? ['pid=host'] : []),
        ...(objectOf(container['securityContext'])['privileged'] === true ? ['privileged'] : []),
        ...mounts,
      ]
      const command = [...stringsOf(container['command']), ...stringsOf(container['args'])].join(' ')
      yield autostartFact(survey, {
        mechanism: 'static-pod',
        path,
        name: `${name}/${stringOf(container['name'])}`,
        command,
        targets: [],
        user: 'root',
        settings,
        schedule: 'always',
      })
    }
  }
}

/** A pod, or the template inside a Deployment, DaemonSet, Job or CronJob. */
function podOf(document: unknown): Readonly<Record<string, unknown>> {
  let object = objectOf(document)
  for (let depth = 0; depth < 3; depth++) {
    const spec = objectOf(object['spec'])
    if (Array.isArray(spec['containers'])) return object
    object = objectOf(spec['template'] ?? spec['jobTemplate'])
  }
  return object
}
