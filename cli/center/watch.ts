import { watchModes, type WatchingHost, watchTroubles } from '../../model/api/index.ts'
import type { Context } from '../context.ts'
import { count } from '../print/verdict.ts'
import { type Connected, withCenter } from './connect.ts'
import { groupOf, hostOf, maybeOneOf } from './names.ts'
import { type Column, type ListOptions, plain, said, showOne, showPages, when } from './show.ts'

interface SensorsOptions extends ListOptions {
  readonly group?: string
  readonly mode?: string
  readonly trouble?: string
  readonly text?: string
}

const columns: readonly Column<WatchingHost>[] = [
  ['host', one => one.host.name],
  ['prevention', one => one.watch?.prevention.mode ?? 'none'],
  ['trouble', one => one.troubles.join(', ')],
  [
    'listens to',
    one =>
      one.watch?.sensors
        .filter(sensor => sensor.source !== 'off')
        .map(sensor => sensor.name)
        .join(', '),
  ],
  ['lost', one => one.watch?.sensors.reduce((sum, sensor) => sum + sensor.lost, 0)],
  ['reported', one => when(one.reportedAt)],
]

export const sensorsCommand = withCenter<SensorsOptions>(async (center, options, context, name?: string) => {
  if (name !== undefined) return showHost(center, context, name)
  const { client } = center
  const query = {
    group: options.group === undefined ? undefined : await groupOf(client, options.group),
    mode: maybeOneOf('--mode', options.mode, [...watchModes, 'none']),
    trouble: maybeOneOf('--trouble', options.trouble, watchTroubles),
    text: options.text,
  }
  await showPages(
    context,
    options,
    paging => client.listWatch({ query: { ...query, ...paging } }),
    columns,
    'There are no such hosts.',
  )
  if (context.json) return
  const { modes } = await client.watchCounts({ query: { group: query.group } })
  context.notes.text(
    `${count(modes.block, 'host')} block, ${modes.observe} observe, ${modes.off} are off, ${modes.none} have reported no sensors.`,
  )
})

async function showHost({ client }: Connected, context: Context, name: string): Promise<void> {
  const found = await client.getHostWatch({ params: { host: await hostOf(client, name) } })
  if (context.json) return context.print(found)
  const { watch } = found
  if (watch === undefined) return context.page.text(said`The agent of ${found.host.name} has reported no sensors.`)
  const { prevention } = watch
  showOne(context, found, [
    ['host', found.host.name],
    ['prevention', prevention.mode],
    ['problem', prevention.problem],
    ['prevented', prevention.denied],
    ['ended', prevention.killed],
    ['would have', prevention.wouldHave],
    ['trouble', found.troubles.join(', ')],
    ['reported', when(found.reportedAt)],
  ])
  context.page.heading('Sensors')
  context.page.table(
    watch.sensors.map(one => [
      one.name,
      plain(one.source),
      count(one.events, 'event'),
      `${one.lost} lost`,
      plain(one.problem ?? ''),
    ]),
  )
}
