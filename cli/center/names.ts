import type { ApiClient } from '../../client/index.ts'
import type { HostObject } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { parseDuration } from '../duration.ts'
import { calledAs } from '../program-name.ts'
import { gathered, plain } from './show.ts'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function isId(text: string): boolean {
  return uuid.test(text)
}

/** An id, or a plain message which command lists them. */
export function idOf(text: string, what: string, list: string): string {
  if (isId(text)) return text.toLowerCase()
  throw new CommandError(`${text} is no id of ${what}: ${calledAs} ${list} shows them`)
}

/** One of a closed list of words, or a message that names them. */
export function oneOf<const Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const found = words.find(one => one === text)
  if (found === undefined) throw new CommandError(`${option} ${text} is unknown: there are ${words.join(', ')}`)
  return found
}

/** The same for an option that may be left out. */
export function maybeOneOf<const Word extends string>(
  option: string,
  text: string | undefined,
  words: readonly Word[],
): Word | undefined {
  return text === undefined ? undefined : oneOf(option, text, words)
}

/** A host by its name, host name or id. */
export async function hostOf(client: ApiClient, text: string): Promise<string> {
  if (isId(text)) return text.toLowerCase()
  const { items } = await gathered(paging => client.listHosts({ query: { ...paging, text: text.slice(0, 200) } }), {
    all: true,
  })
  const exact = items.filter(one => one.name === text)
  return only(exact.length > 0 ? exact : items.filter(one => one.hostname === text), text, items)
}

export async function hostsOf(client: ApiClient, names: readonly string[] = []): Promise<string[]> {
  const hosts: string[] = []
  for (const name of names) hosts.push(await hostOf(client, name))
  return hosts
}

function only(found: readonly HostObject[], text: string, near: readonly HostObject[]): string {
  const [one] = found
  if (found.length === 1 && one !== undefined) return one.id
  if (found.length > 1)
    throw new CommandError(
      `${found.length} hosts are called ${text}. Name one by its id: ${found
        .slice(0, 5)
        .map(host => host.id)
        .join(', ')}`,
    )
  const like =
    near.length === 0
      ? ''
      : ` Did you mean ${near
          .slice(0, 5)
          .map(host => plain(host.name))
          .join(', ')}?`
  throw new CommandError(`there is no host ${text} that you may see: ${calledAs} hosts list shows them.${like}`)
}

/** A group by its name or id. */
export async function groupOf(client: ApiClient, text: string): Promise<string> {
  if (isId(text)) return text.toLowerCase()
  const { items } = await client.listGroups()
  return named(items, text, 'group', 'groups list')
}

export async function groupsOf(client: ApiClient, names: readonly string[] = []): Promise<string[]> {
  const groups: string[] = []
  for (const name of names) groups.push(await groupOf(client, name))
  return groups
}

interface Named {
  readonly id: string
  readonly name: string
}

/** The id of the one thing with this name or id. */
export function named(items: readonly Named[], text: string, what: string, list: string): string {
  const found = items.filter(one => one.id === text.toLowerCase() || one.name === text)
  const [one] = found
  if (found.length === 1 && one !== undefined) return one.id
  if (found.length > 1)
    throw new CommandError(
      `${found.length} of them are called ${text}: name the ${what} by its id (${calledAs} ${list})`,
    )
  throw new CommandError(`there is no ${what} ${text} that you may see: ${calledAs} ${list} shows them`)
}

/** Hosts, groups and tags that were named, as the API takes a scope. Nothing named: everything that the caller may. */
export interface ScopeOptions {
  readonly host?: readonly string[]
  readonly group?: readonly string[]
  readonly tag?: readonly string[]
}

export async function scopeOf(client: ApiClient, { host, group, tag }: ScopeOptions) {
  return {
    ...(host === undefined ? {} : { hosts: await hostsOf(client, host) }),
    ...(group === undefined ? {} : { groups: await groupsOf(client, group) }),
    ...(tag === undefined ? {} : { tags: [...tag] }),
  }
}

export function isEmptyScope({ host, group, tag }: ScopeOptions): boolean {
  return host === undefined && group === undefined && tag === undefined
}

/** A moment in the past: `24h` before now, a date, or a time. */
export function timeBefore(option: string, text: string | undefined): string | undefined {
  return moment(option, text, -1)
}

/** A moment to come: `90d` from now on, a date, or a time. `never` and nothing are `undefined`. */
export function timeAfter(option: string, text: string | undefined): string | undefined {
  return text === 'never' ? undefined : moment(option, text, 1)
}

function moment(option: string, text: string | undefined, direction: 1 | -1): string | undefined {
  if (text === undefined) return undefined
  const seconds = parseDuration(text)
  const at = seconds === undefined ? Date.parse(text) : Date.now() + direction * seconds * 1_000
  if (Number.isNaN(at))
    throw new CommandError(
      `${option} takes a duration such as 24h, a date such as 2027-01-31, or a time such as 2027-01-31T06:00Z`,
    )
  return new Date(at).toISOString()
}
