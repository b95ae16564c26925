import type { Target } from '../../target/index.ts'
import { type JsonObject, objectOf } from './json-text.ts'
import { readYaml } from './yaml-text.ts'

const paths = [
  '/var/lib/kubelet/config.yaml',
  '/etc/kubernetes/kubelet/kubelet-config.json',
  '/etc/kubernetes/kubelet-config.yaml',
  '/etc/kubernetes/kubelet.yaml',
  '/home/kubernetes/kubelet-config.yaml',
  '/etc/kubernetes/kubelet/config.json',
]

/** The KubeletConfiguration files of a host. */
export function kubeletSettings(target: Target): { path: string; settings: JsonObject }[] {
  return paths
    .filter(path => target.files.stat(path)?.type === 'file')
    .map(path => ({ path, settings: objectOf(readYaml(target, path)[0]) }))
}
