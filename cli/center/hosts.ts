import { type HostObject, hostVerdicts } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { count } from '../print/verdict.ts'
import { withCenter } from './connect.ts'
import { detailText, factText } from './fact-text.ts'
import { groupOf, hostOf, hostsOf, maybeOneOf, timeBefore } from './names.ts'
import { type Cell, type Column, type ListOptions, plain, showDone, showOne, showPages, when } from './show.ts'
import { sure } from './sure.ts'

export interface HostFilter extends ListOptions {
  readonly text?: string
  readonly group?: string
  readonly region?: string
  readonly tag?: string
  readonly owner?: string
  readonly verdict?: string
  readonly online?: boolean
  readonly offline?: boolean
}

const columns: readonly Column<HostObject>[] = [
  ['name', one => one.name],
  ['state', one => presence(one)],
  ['verdict', one => one.verdict],
  ['alerts', one => one.openAlerts],
  ['score', one => one.score],
  ['group', one => one.group.name],
  ['last scan', one => when(one.lastScanAt)],
  ['id', one => one.id],
]

export const listCommand = withCenter<HostFilter>(async ({ client }, options, context) => {
  const { text, region, tag, owner } = options
  const verdict = maybeOneOf('--verdict', options.verdict, hostVerdicts)
  const group = options.group === undefined ? undefined : await groupOf(client, options.group)
  const online = options.online === true ? 'true' : options.offline === true ? 'false' : undefined
  const query = { text, region, tag, owner, verdict, group, online }
  await showPages(
    context,
    options,
    paging => client.listHosts({ query: { ...query, ...paging } }),
    columns,
    'There are no such hosts.',
  )
})

export const showCommand = withCenter<object>(async ({ client }, _, context, name = '') => {
  const host = await client.getHost({ params: { host: await hostOf(client, name) } })
  const agent = await client.getHostAgent({ params: { host: host.id } }).catch(() => undefined)
  const health = agent?.health
  showOne(context, agent === undefined ? host : { ...host, agent }, [
    ...hostFields(host),
    [
      'agent',
      agent === undefined ? 'none' : `${agent.id} (${agent.state}), certificate until ${when(agent.certificateEnds)}`,
    ],
    [
      'cost',
      health === undefined
        ? undefined
        : `${Math.round(health.residentBytes / 1_048_576)} MiB, ${share(health.cpuSeconds, health.periodSeconds)} of a core`,
    ],
    ['waiting', health === undefined ? undefined : `${health.spool.items} reports`],
    [
      'lost',
      health === undefined
        ? undefined
        : Object.entries(health.losses)
            .map(([why, times]) => `${times} × ${why}`)
            .join(', '),
    ],
    [
      'policy',
      agent === undefined
        ? undefined
        : [`version ${agent.policyVersion}`, ...(health?.policy.tightened ?? [])].join('; '),
    ],
  ])
})

function hostFields(host: HostObject): (readonly [string, Cell])[] {
  return [
    ['name', host.name],
    ['id', host.id],
    [
      'state',
      host.online
        ? 'online'
        : `offline since ${when(host.lastSeen) || 'ever'}${host.offlineReason === undefined ? '' : `: ${host.offlineReason}`}`,
    ],
    ['verdict', host.verdict],
    ['score', host.score],
    ['open alerts', host.openAlerts],
    ['last scan', when(host.lastScanAt) || 'never'],
    ['group', host.group.name],
    ['region', host.region],
    ['owner', host.owner],
    ['tags', host.tags.join(', ')],
    ['note', host.note],
    ['system', [host.system, host.kernel, host.architecture].filter(Boolean).join(', ')],
    ['host name', host.hostname],
    ['addresses', host.addresses.join(', ')],
    ['program', host.program],
    ['tampered with', when(host.tamperedAt)],
    ['since', when(host.createdAt)],
  ]
}

function presence(host: HostObject): string {
  if (host.tamperedAt !== undefined) return host.online ? 'online, tampered with' : 'offline, tampered with'
  return host.online ? 'online' : 'offline'
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(1)} %`
}

interface HostChange {
  readonly name?: string
  readonly group?: string
  readonly region?: string
  readonly owner?: string
  readonly tags?: string
  readonly note?: string
}

export const setCommand = withCenter<HostChange>(async ({ client }, options, context, name = '') => {
  const { name: called, region, owner, note } = options
  const body = {
    ...(called === undefined ? {} : { name: called }),
    ...(options.group === undefined ? {} : { group: await groupOf(client, options.group) }),
    ...(region === undefined ? {} : { region }),
    ...(owner === undefined ? {} : { owner }),
    ...(options.tags === undefined
      ? {}
      : {
          tags: options.tags
            .split(',')
            .map(tag => tag.trim())
            .filter(Boolean),
        }),
    ...(note === undefined ? {} : { note }),
  }
  if (Object.keys(body).length === 0)
    throw new CommandError('say what to change: --name, --group, --region, --owner, --tags or --note')
  const host = await client.updateHost({ params: { host: await hostOf(client, name) }, body })
  showOne(context, host, hostFields(host))
})

export const moveCommand = withCenter<{ to: string }>(async ({ client }, { to }, context, ...names) => {
  const group = await groupOf(client, to)
  const answer = await client.moveHosts({ body: { hosts: await hostsOf(client, names), group } })
  showDone(context, answer, `Moved ${count(answer.moved, 'host')} to ${plain(to)}.`)
})

export const removeCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, ...names) => {
  const hosts = []
  for (const name of names) hosts.push(await client.getHost({ params: { host: await hostOf(client, name) } }))
  const what = hosts.map(one => plain(one.name)).join(', ')
  if (
    !(await sure(
      options,
      context,
      `Take ${what} out of the center? Its agent is revoked; nothing changes on the host itself.`,
    ))
  )
    return exitCodes.left
  for (const { id } of hosts) await client.removeHost({ params: { host: id } })
  showDone(context, { removed: hosts.map(one => one.id) }, `Removed ${count(hosts.length, 'host')}: ${what}.`)
  return exitCodes.fine
})

interface InventoryOptions extends ListOptions {
  readonly kind?: string
  readonly text?: string
}

export const inventoryCommand = withCenter<InventoryOptions>(async ({ client }, options, context, name = '') => {
  const host = await hostOf(client, name)
  const { kind, text } = options
  await showPages(
    context,
    options,
    paging => client.listInventory({ params: { host }, query: { kind, text, ...paging } }),
    [
      ['kind', one => one.kind],
      ['since', one => when(one.firstSeen)],
      ['what', one => factText(one.fact)],
    ],
    'Nothing of that kind was reported.',
  )
})

interface ChangesOptions extends ListOptions {
  readonly host?: string
  readonly group?: string
  readonly kind?: string
  readonly since?: string
}

export const changesCommand = withCenter<ChangesOptions>(async ({ client }, options, context) => {
  const host = options.host === undefined ? undefined : await hostOf(client, options.host)
  const group = options.group === undefined ? undefined : await groupOf(client, options.group)
  const query = { host, group, kind: options.kind, since: timeBefore('--since', options.since) }
  await showPages(
    context,
    options,
    paging => client.listInventoryChanges({ query: { ...query, ...paging } }),
    [
      ['at', one => when(one.at)],
      ['host', one => one.host.name],
      ['change', one => one.change],
      ['kind', one => one.kind],
      ['what', one => factText(one.after ?? one.before)],
    ],
    'Nothing changed.',
  )
})

export const eventsCommand = withCenter<ListOptions>(async ({ client }, options, context, name = '') => {
  const host = await hostOf(client, name)
  await showPages(
    context,
    options,
    paging => client.listHostEvents({ params: { host }, query: paging }),
    [
      ['at', one => when(one.at)],
      ['what', one => one.what],
      ['detail', one => detailText(one.detail)],
    ],
    'Nothing happened to this host.',
  )
})

export const facetsCommand = withCenter<object>(async ({ client }, _, context) => {
  const facets = await client.hostFacets()
  if (context.json) return context.print(facets)
  context.page.table(
    Object.entries(facets).flatMap(([name, values]) =>
      values.map(({ value, hosts }) => [plain(value) || '(none)', name, count(hosts, 'host')]),
    ),
    0,
  )
})

export const summaryCommand = withCenter<{ group?: string }>(async ({ client }, options, context) => {
  const group = options.group === undefined ? undefined : await groupOf(client, options.group)
  const summary = await client.fleetSummary({ query: { group } })
  const { hosts, alerts } = summary
  const counts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of)
      .map(([name, number]) => `${number} ${name}`)
      .join(', ')
  showOne(context, summary, [
    ['hosts', `${hosts.total}: ${hosts.online} online, ${hosts.offline} offline, ${hosts.neverScanned} never scanned`],
    ['verdicts', counts(hosts.byVerdict)],
    ['score', summary.score],
    ['open alerts', counts(alerts.openByLevel) || 'none'],
    ['opened today', alerts.openedToday],
    ...summary.reasons.map(one => ['why', `${one.text} (${count(one.hosts, 'host')}, −${one.points})`] as const),
    ...summary.riskiest.map(
      one => ['look at', `${one.name}: score ${one.score}, ${count(one.openAlerts, 'open alert')}`] as const,
    ),
  ])
})
