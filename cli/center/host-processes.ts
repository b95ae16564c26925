import type { HostProcess } from '../../model/api/index.ts'
import { CommandError } from '../command-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Connected, withCenter } from './connect.ts'
import { hostOf } from './names.ts'
import { orderAtEnd } from './order-bell.ts'
import { type Column, said, showList, when } from './show.ts'

interface ProcessesOptions {
  readonly refresh?: boolean
  readonly limit?: number
  readonly all?: boolean
}

const usual = 50

const columns: readonly Column<HostProcess>[] = [
  ['pid', one => one.pid],
  ['user', one => one.user],
  ['cpu', one => `${one.cpuPercent.toFixed(1)} %`],
  ['memory', one => `${Math.round(one.residentBytes / 1_048_576)} MiB`],
  ['trust', one => one.trust],
  ['hidden from', one => one.hiddenFrom?.join(', ')],
  ['alert', one => one.alert],
  ['command', one => one.command],
]

export const processesCommand = withCenter<ProcessesOptions>(async (center, options, context, name = '') => {
  const host = await hostOf(center.client, name)
  if (options.refresh === true) await refresh(center, host)
  const found = await center.client.listProcesses({ params: { host } })
  if (context.json) return context.print(found)
  if (found.at === undefined) return context.page.text(said`Nobody has asked ${name} yet: add --refresh.`)
  const items = options.all === true ? found.items : found.items.slice(0, options.limit ?? usual)
  context.page.text(said`${found.total} processes, ${when(found.at)}:`)
  showList(context, { items }, columns, 'It reported none.')
  if (items.length < found.total) context.notes.text('There are more: --limit NUMBER, or --all.')
})

async function refresh(center: Connected, host: string): Promise<void> {
  const { online, name } = await center.client.getHost({ params: { host } })
  if (!online) throw new CommandError(said`${name} is offline and cannot be asked now`, exitCodes.left)
  const { order } = await center.client.refreshProcesses({ params: { host } })
  const { state, reason } = await orderAtEnd(center, order)
  if (state !== 'done')
    throw new CommandError(
      said`${name} did not tell: ${state}${reason === undefined ? '' : ` – ${reason}`}`,
      exitCodes.left,
    )
}
