import { parse } from 'yaml'
import type { Target } from '../../target/index.ts'
import { type JsonObject, objectOf } from './json-text.ts'

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
  const found: { path: string; settings: JsonObject }[] = []
  for (const path of paths) {
    const text = target.files.text(path, 128 * 1024)
    if (text === undefined) continue
    try {
      found.push({
        path,
        settings: objectOf(parse(text, { strict: false, uniqueKeys: false, maxAliasCount: 50, logLevel: 'silent' })),
      })
    } catch {
      target.addGap({ what: 'kubelet configuration', why: 'not valid YAML', path })
    }
  }
  return found
}
