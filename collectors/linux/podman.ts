import type { Fact } from '../../model/index.ts'
import type { Survey } from '../collector.ts'
import { containerFacts } from './container-fact.ts'
import { glob } from './directory.ts'
import { type JsonObject, listOf, objectOf, readJson, stringOf, stringsOf } from './json-text.ts'
import { ociContainer } from './oci-spec.ts'
import { openSqliteTable } from './packages/sqlite-table.ts'
import { homesOf } from './people.ts'

/** Containers of podman and CRI-O from containers-storage(5), system-wide and of every home, with what podman's database adds. */
export function* podmanContainers(survey: Survey, known: Set<string>): Generator<Fact> {
  const roots = [{ storage: '/var/lib/containers/storage', user: 'root' }]
  for (const { user, home } of homesOf(survey.target, survey.people)) {
    roots.push({ storage: `${home}/.local/share/containers/storage`, user })
  }
  for (const { storage, user } of roots) yield* storedContainers(survey, storage, user, known)
}

function* storedContainers(survey: Survey, storage: string, user: string, known: Set<string>): Generator<Fact> {
  const { target } = survey
  const lists = glob(target, `${storage}/*-containers/containers.json`)
  if (lists.length === 0) return
  const policies = podmanPolicies(survey, storage)
  for (const list of lists) {
    for (const item of listOf(readJson(target, list)).map(objectOf)) {
      const id = stringOf(item['id'])
      if (id === '' || id.includes('/') || known.has(id)) continue
      known.add(id)
      const bundle = `${list.slice(0, list.lastIndexOf('/'))}/${id}/userdata`
      const path = target.files.stat(`${bundle}/config.json`) ? `${bundle}/config.json` : list
      const { annotations, ...spec } = ociContainer(path === list ? {} : readJson(target, path))
      const metadata = embedded(item['metadata'])
      const stored = policies.get(id) ?? {}
      const crio = Object.keys(annotations).some(key => key.startsWith('io.kubernetes.cri-o.'))
      const pid = Number((target.files.text(`${bundle}/pidfile`, 64) ?? '').trim()) || undefined
      yield* containerFacts(survey, {
        ...spec,
        id,
        name: spec.name || stringsOf(item['names'])[0] || stringOf(metadata['name']) || id.slice(0, 12),
        runtime: crio ? 'cri-o' : 'podman',
        image:
          spec.image ||
          stringOf(metadata['image-name']) ||
          stringOf(stored['rootfsImageName']) ||
          stringOf(item['image']),
        imageId: `sha256:${stringOf(item['image'])}`,
        command: spec.command || stringsOf(stored['command']).join(' '),
        path,
        running: pid !== undefined && target.live && target.files.stat(`/proc/${pid}`) !== undefined,
        restartPolicy: crio ? 'kubelet' : stringOf(stored['restartPolicy']) || 'no',
        privileged: spec.privileged || stored['privileged'] === true,
        created: stringOf(item['created']) || undefined,
        pid,
        user,
      })
    }
  }
}

/** Each container's configuration in podman's database (libpod db.sql, table ContainerConfig: ID, Name, PodID, JSON). */
function podmanPolicies(survey: Survey, storage: string): Map<string, JsonObject> {
  const policies = new Map<string, JsonObject>()
  const { target } = survey
  for (const path of [`${storage}/db.sql`, `${storage}/libpod/db.sql`]) {
    if (target.files.stat(path)?.type !== 'file') continue
    const table = openSqliteTable(target, path, 'ContainerConfig')
    for (const place of table?.rows() ?? []) {
      const stored = embedded(table?.lastColumn(place)?.toString('utf8'))
      const id = stringOf(stored['id'])
      if (id !== '') policies.set(id, stored)
      if (policies.size > 2_000) break
    }
  }
  if (target.files.stat(`${storage}/libpod/bolt_state.db`)?.type === 'file') {
    target.addGap({
      what: 'podman restart policies',
      why: 'its BoltDB is not read',
      path: `${storage}/libpod/bolt_state.db`,
    })
  }
  return policies
}

function embedded(value: unknown): JsonObject {
  try {
    return objectOf(JSON.parse(stringOf(value) || '{}'))
  } catch {
    return {}
  }
}
