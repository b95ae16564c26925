import type { ApiClient } from '../../client/index.ts'
import { deliveryStates, noticeLanguages, noticeReasons, notificationRoutes } from '../../model/api/index.ts'
import type { Context } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { calledAs } from '../program-name.ts'
import { withCenter } from './connect.ts'
import { documentOf } from './document-file.ts'
import { sure } from './sure.ts'
import { idOf, maybeOneOf, named, oneOf } from './names.ts'
import { type ListOptions, plain, said, showDone, showJson, showList, showOne, showPages, when } from './show.ts'

export const kindsCommand = withCenter<object>(async ({ client }, _, context, kind?: string) => {
  const found = await client.listChannelKinds()
  const one = found.items.find(item => item.kind === kind)
  if (kind === undefined || one === undefined)
    return showList(
      context,
      found,
      [
        ['kind', item => item.kind],
        ['title', item => item.title],
        ['secrets', item => item.secrets.join(', ')],
        ['limits', item => item.limits],
      ],
      '',
    )
  if (context.json) return context.print(one)
  context.page.text(said`${one.title}. ${one.limits}`)
  showJson(context, one.schema)
})

export const channelsCommand = withCenter<object>(async ({ client }, _, context) => {
  showList(
    context,
    await client.listChannels(),
    [
      ['name', one => one.name],
      ['kind', one => one.kind],
      ['state', one => (one.enabled ? 'on' : 'off')],
      ['waiting', one => one.waiting],
      ['last', one => (one.last === undefined ? '' : `${one.last.result}, ${when(one.last.at)}`)],
      ['id', one => one.id],
      ['to know', one => one.warnings.join(' ')],
    ],
    'There are no channels: nobody is told of anything.',
  )
})

export const channelCommand = withCenter<object>(async ({ client }, _, context, name = '') => {
  const channel = await client.getChannel({ params: { channel: await channelOf(client, name) } })
  if (context.json) context.print(channel)
  else showJson(context, channel)
})

export const addChannelCommand = withCenter<object>(async ({ client }, _, context, file = '') => {
  const made = await client.createChannel({ body: await documentOf(notificationRoutes.createChannel.body, file) })
  showDone(context, made, said`The channel ${made.name} is there. Try it: ${calledAs} notifications test ${made.name}`)
  warn(made.warnings, context)
})

export const changeChannelCommand = withCenter<object>(async ({ client }, _, context, name = '', file = '') => {
  const body = await documentOf(notificationRoutes.changeChannel.body, file)
  const changed = await client.changeChannel({ params: { channel: await channelOf(client, name) }, body })
  showDone(context, changed, said`The channel ${changed.name} is changed; secrets that were left out stayed.`)
  warn(changed.warnings, context)
})

function warn(warnings: readonly string[], context: Context): void {
  for (const one of warnings) context.notes.text(said`Note: ${one}`)
}

export const removeChannelCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, name = '') => {
  const channel = await channelOf(client, name)
  if (!(await sure(options, context, `Remove the channel ${plain(name)} with what waits for it?`)))
    return exitCodes.left
  await client.removeChannel({ params: { channel } })
  showDone(context, { removed: channel }, said`The channel ${name} is gone.`)
  return exitCodes.fine
})

const triesMs = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]

/** Sends a test message and waits for what the receiver answers. */
export const testCommand = withCenter<object>(async ({ client }, _, context, name = '') => {
  const { delivery } = await client.testChannel({ params: { channel: await channelOf(client, name) } })
  for (const pause of triesMs) {
    const waited = Promise.withResolvers<void>()
    setTimeout(waited.resolve, pause)
    await waited.promise
    const found = await client.getDelivery({ params: { delivery } })
    const last = found.log.at(-1)
    if (last === undefined) continue
    if (context.json) context.print(found)
    else
      context.page.text(
        said`${found.state === 'delivered' ? 'Delivered' : 'Not delivered'}: ${last.result}${last.detail === '' ? '' : ` – ${last.detail}`}`,
      )
    return found.state === 'delivered' ? exitCodes.fine : exitCodes.left
  }
  showDone(context, { delivery }, `Nothing was heard of it yet: ${calledAs} notifications deliveries`)
  return exitCodes.left
})

export const routesCommand = withCenter<object>(async ({ client }, _, context) => {
  const found = await client.listNotifyRoutes()
  if (context.json) return context.print(found)
  const channels = new Map((await client.listChannels()).items.map(one => [one.id, one.name]))
  showList(
    context,
    found,
    [
      ['name', one => one.name],
      ['state', one => (one.enabled ? 'on' : 'off')],
      ['when', one => JSON.stringify(one.condition)],
      ['tells', one => one.channels.map(id => channels.get(id) ?? id).join(', ')],
      ['id', one => one.id],
    ],
    'There are no routes: nobody is told of anything.',
  )
})

export const addRouteCommand = withCenter<object>(async ({ client }, _, context, file = '') => {
  const made = await client.createNotifyRoute({
    body: await documentOf(notificationRoutes.createNotifyRoute.body, file),
  })
  showDone(context, made, said`The route ${made.name} is there.`)
})

export const changeRouteCommand = withCenter<object>(async ({ client }, _, context, name = '', file = '') => {
  const body = await documentOf(notificationRoutes.changeNotifyRoute.body, file)
  const changed = await client.changeNotifyRoute({ params: { route: await routeOf(client, name) }, body })
  showDone(context, changed, said`The route ${changed.name} is changed.`)
})

export const removeRouteCommand = withCenter<{ yes?: boolean }>(async ({ client }, options, context, name = '') => {
  const route = await routeOf(client, name)
  if (!(await sure(options, context, `Remove the route ${plain(name)}?`))) return exitCodes.left
  await client.removeNotifyRoute({ params: { route } })
  showDone(context, { removed: route }, said`The route ${name} is gone.`)
  return exitCodes.fine
})

interface DeliveryFilter extends ListOptions {
  readonly is?: string
  readonly channel?: string
  readonly alert?: string
}

export const deliveriesCommand = withCenter<DeliveryFilter>(async ({ client }, options, context) => {
  const state = maybeOneOf('--is', options.is, deliveryStates)
  const channel = options.channel === undefined ? undefined : await channelOf(client, options.channel)
  await showPages(
    context,
    options,
    paging => client.listDeliveries({ query: { state, channel, alert: options.alert, ...paging } }),
    [
      ['id', one => one.id],
      ['channel', one => one.channel.name],
      ['state', one => one.state],
      ['tries', one => one.tries],
      ['at', one => when(one.createdAt)],
      ['title', one => one.title],
      ['last answer', one => one.log.at(-1)?.detail],
    ],
    'There are no such deliveries.',
  )
})

export const deliveryCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const found = await client.getDelivery({ params: { delivery: idOf(id, 'a delivery', 'notifications deliveries') } })
  showOne(context, found, [
    ['title', found.title],
    ['channel', found.channel.name],
    ['state', found.state],
    ['why', `${found.purpose}: ${found.what}`],
    ['host', found.host],
    ['due', when(found.dueAt)],
    ...found.log.map(one => ['try', `${when(one.at)}: ${one.result} ${one.detail}`] as const),
  ])
})

export const retryCommand = withCenter<object>(async ({ client }, _, context, id = '') => {
  const found = await client.retryDelivery({ params: { delivery: idOf(id, 'a delivery', 'notifications deliveries') } })
  showDone(context, found, 'It is tried again now.')
})

export const previewCommand = withCenter<{ language?: string }>(async ({ client }, options, context, text = '') => {
  const what = oneOf('The reason', text, [...noticeReasons, 'digest', 'escalation', 'test'])
  const language = maybeOneOf('--language', options.language, noticeLanguages)
  const found = await client.previewNotice({ body: { what, language } })
  if (context.json) return context.print(found)
  context.page.text(said`Subject: ${found.subject}`)
  context.page.line()
  for (const line of found.text.split('\n')) context.page.line(plain(line))
  context.page.heading('As an SMS')
  context.page.text(plain(found.sms))
})

async function channelOf(client: ApiClient, text: string): Promise<string> {
  return named((await client.listChannels()).items, text, 'channel', 'notifications channels')
}

async function routeOf(client: ApiClient, text: string): Promise<string> {
  return named((await client.listNotifyRoutes()).items, text, 'route', 'notifications routes')
}
