import { listOf, objectOf, stringOf, stringsOf } from './json-text.ts'

/** What the config.json of an OCI bundle says of a container (opencontainers runtime-spec). */
export interface OciContainer {
  readonly name: string
  readonly image: string
  readonly command: string
  readonly environment: readonly string[]
  readonly mounts: readonly string[]
  readonly privileged: boolean
  readonly hostNetwork: boolean
  readonly hostPid: boolean
  readonly annotations: Readonly<Record<string, unknown>>
}

const nameKeys = [
  'io.kubernetes.cri-o.Name',
  'io.kubernetes.cri.container-name',
  'io.kubernetes.container.name',
  'nerdctl/name',
  'io.podman.annotations.name',
]
const imageKeys = [
  'io.kubernetes.cri-o.ImageName',
  'io.kubernetes.cri.image-name',
  'io.kubernetes.cri-o.Image',
  'io.podman.annotations.image',
  'org.opencontainers.image.base.name',
]

/** Reads what a hostile or broken document has; what is missing is empty or false. */
export function ociContainer(document: unknown): OciContainer {
  const spec = objectOf(document)
  const process = objectOf(spec['process'])
  const annotations = objectOf(spec['annotations'])
  const namespaces = listOf(objectOf(spec['linux'])['namespaces']).map(objectOf)
  const hasOwn = (type: string): boolean =>
    namespaces.some(space => space['type'] === type && stringOf(space['path']) === '')
  const shares = (type: string): boolean => namespaces.every(space => space['type'] !== type)
  const bounding = stringsOf(objectOf(process['capabilities'])['bounding'])
  const first = (keys: readonly string[]): string =>
    keys.map(key => stringOf(annotations[key])).find(value => value !== '') ?? ''
  return {
    name: first(nameKeys) || stringOf(spec['hostname']),
    image: first(imageKeys),
    command: stringsOf(process['args']).join(' '),
    environment: stringsOf(process['env']),
    mounts: listOf(spec['mounts'])
      .map(objectOf)
      .filter(isBind)
      .map(mount => `${stringOf(mount['source'])}:${stringOf(mount['destination'])}`),
    privileged: bounding.includes('CAP_SYS_ADMIN') && objectOf(spec['linux'])['seccomp'] === undefined,
    hostNetwork: namespaces.length > 0 && !hasOwn('network') && shares('network'),
    hostPid: namespaces.length > 0 && !hasOwn('pid') && shares('pid'),
    annotations,
  }
}

function isBind(mount: Readonly<Record<string, unknown>>): boolean {
  return mount['type'] === 'bind' || stringsOf(mount['options']).some(option => option === 'bind' || option === 'rbind')
}
