import type { SettingFact } from '../../model/index.ts'
import { displayBytes } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { aboutFile } from './autostart-fact.ts'
import { distinct, glob } from './directory.ts'
import { readLines } from './host-lines.ts'
import { objectOf, readJson, stringOf, stringsOf } from './json-text.ts'
import { kubeletSettings } from './kubelet.ts'
import { isTrap, plantedKeys } from './redis-data.ts'

/**
 * Settings by which miners get in: Docker's API on TCP, Redis without password or protected mode, a kubelet that answers
 * anonymous callers. A password itself is never in a fact: only whether there is one.
 */
export const exposedServices: Collector = {
  name: 'exposed-services',
  collects: ['setting'],
  os: ['linux'],
  stage: 'second',
  *collect(survey) {
    yield* dockerSettings(survey)
    yield* redisSettings(survey)
    yield* kubeletFacts(survey)
  },
}

interface Place {
  readonly path: string
  readonly line?: number | undefined
  readonly text?: string | undefined
  readonly detail?: string | undefined
}

function setting(survey: Survey, name: string, value: string, { path, line, text, detail }: Place): SettingFact {
  const { attributes, modified } = aboutFile(survey, path)
  return {
    kind: 'setting',
    name,
    value: displayBytes(value.slice(0, 1_024)),
    path: displayBytes(path),
    ...(line === undefined ? {} : { line }),
    ...(text === undefined ? {} : { text: displayBytes(text) }),
    attributes,
    ...(modified === undefined ? {} : { modified }),
    ...(detail === undefined ? {} : { detail }),
  }
}

function* dockerSettings(survey: Survey): Generator<SettingFact> {
  const path = '/etc/docker/daemon.json'
  const daemon = objectOf(readJson(survey.target, path))
  const verified = daemon['tlsverify'] === true ? 'tlsverify' : 'no client certificates asked for'
  for (const host of stringsOf(daemon['hosts'])) {
    if (host.startsWith('tcp://')) yield setting(survey, 'docker.hosts', host, { path, detail: verified })
  }
  for (const mirror of [...stringsOf(daemon['registry-mirrors']), ...stringsOf(daemon['insecure-registries'])]) {
    yield setting(survey, 'docker.registries', mirror, { path })
  }
  // The unit or its options may say so as well; systemd's autostarts were collected before.
  for (const { command, path: unit, line, text } of survey.facts('autostart')) {
    const [, host] = /\bdockerd\b.*\s(?:-H|--host)[\s=]*["']?(tcp:\/\/[^\s"']+)/.exec(command) ?? []
    const detail = /--tlsverify\b(?!=false)/.test(command) ? 'tlsverify' : 'no client certificates asked for'
    if (host !== undefined) yield setting(survey, 'docker.hosts', host, { path: unit, line, text, detail })
  }
}

function placed({ line, text }: { readonly line: number; readonly text: string }): Pick<Place, 'line' | 'text'> {
  return { line, text }
}

const redisFiles = [
  '/etc/redis/*.conf',
  '/etc/redis.conf',
  '/etc/valkey/*.conf',
  '/usr/local/etc/redis.conf',
  '/usr/local/etc/redis/*.conf',
  '/opt/redis*/redis.conf',
  '/usr/local/redis*/redis.conf',
  '/usr/local/redis*/*/redis.conf',
  '/www/server/redis/redis.conf',
]

/** What redis takes when its file is silent (redis.conf of version 7). */
const redisDefaults: Readonly<Record<string, string>> = {
  bind: '* -::*',
  'protected-mode': 'yes',
  requirepass: 'unset',
  port: '6379',
}
/** Told only where a dump would become a crontab or a list of keys. */
const dumpWords = ['dir', 'dbfilename']

function* redisSettings(survey: Survey): Generator<SettingFact> {
  const { target } = survey
  const dumps: string[] = []
  for (const path of distinct(
    target,
    redisFiles.flatMap(pattern => glob(target, pattern)),
  )) {
    if (/sentinel/.test(path) || target.files.stat(path)?.type !== 'file') continue
    const last = new Map<string, { value: string; line: number; text: string }>()
    for (const { line, text, joined } of readLines(target, path)) {
      const [, word = '', value = ''] = /^\s*([A-Za-z-]{1,64})\s+(.*?)\s*$/.exec(joined) ?? []
      if (Object.hasOwn(redisDefaults, word.toLowerCase()) || dumpWords.includes(word.toLowerCase()))
        last.set(word.toLowerCase(), { value: value.replace(/^"(.*)"$/, '$1'), line, text })
    }
    const directory = last.get('dir')
    const dump = `${directory?.value ?? '/var/lib/redis'}/${last.get('dbfilename')?.value ?? 'dump.rdb'}`
    if (directory !== undefined && isTrap(directory.value))
      yield setting(survey, 'redis.dump-place', dump, { path, ...placed(directory) })
    else if (dump.startsWith('/')) dumps.push(dump)
    const value = (name: string) => last.get(name)?.value ?? redisDefaults[name] ?? ''
    // All three together let anybody in; one alone is usual.
    if (isOpen(value('bind')) && value('protected-mode') === 'no' && ['', 'unset'].includes(value('requirepass'))) {
      const { line, text } = last.get('protected-mode') ?? {}
      const open = `bind ${value('bind')}, no protected mode, no password`
      yield setting(survey, 'redis.exposed', open, { path, line, text })
    }
    for (const [name, fallback] of Object.entries(redisDefaults)) {
      const found = last.get(name)
      if (!found) yield setting(survey, `redis.${name}`, fallback, { path, detail: 'default' })
      else if (name === 'requirepass')
        yield setting(survey, 'redis.requirepass', found.value === '' ? 'unset' : 'set', { path, line: found.line })
      else yield setting(survey, `redis.${name}`, found.value, { path, line: found.line, text: found.text })
    }
  }
  yield* plantedKeys(survey, dumps)
}

/** False where each address is one of this host alone. */
function isOpen(bind: string): boolean {
  return bind.split(/\s+/).some(address => address !== '' && !/^-?(?:127\.|::1$|localhost$)/.test(address))
}

function* kubeletFacts(survey: Survey): Generator<SettingFact> {
  for (const { path, settings } of kubeletSettings(survey.target)) {
    const anonymous = objectOf(objectOf(settings['authentication'])['anonymous'])['enabled']
    // The file's default is to let anonymous callers in; kubeadm writes `false`.
    yield setting(survey, 'kubelet.anonymous', String(anonymous ?? true), {
      path,
      detail: anonymous === undefined ? 'default' : undefined,
    })
    const mode = stringOf(objectOf(settings['authorization'])['mode'])
    if (mode !== '') yield setting(survey, 'kubelet.authorization', mode, { path })
    const port = stringOf(settings['readOnlyPort'])
    if (port !== '') yield setting(survey, 'kubelet.readOnlyPort', port, { path })
  }
  for (const path of ['/etc/default/kubelet', '/etc/sysconfig/kubelet', '/var/lib/kubelet/kubeadm-flags.env']) {
    for (const { line, text, joined } of readLines(survey.target, path)) {
      const [, value] = /^[^#]*--anonymous-auth(?:=(\w+))?/.exec(joined) ?? []
      if (/^[^#]*--anonymous-auth/.test(joined))
        yield setting(survey, 'kubelet.anonymous', value ?? 'true', { path, line, text })
    }
  }
}
