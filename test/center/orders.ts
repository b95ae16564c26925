import type { z } from 'zod'
import type { alertObject, OrderObject } from '../../model/api/index.ts'
import { agentLog, type Member } from './member.ts'
import type { Person } from './person.ts'
import { until } from './until.ts'

export type Alert = z.output<typeof alertObject>

/** All orders of a task, when all have ended or, with `wait`, wait for approval. */
export async function endOfTask(
  { api }: Person,
  task: string,
  { seconds = 200, members = [] }: { readonly seconds?: number; readonly members?: readonly Member[] } = {},
): Promise<OrderObject[]> {
  let last: readonly OrderObject[] = []
  return until(
    'all orders of the task have ended',
    async () => {
      last = (await api.listOrders({ query: { task, limit: 100 } })).items
      return last.length > 0 && last.every(one => one.endedAt !== undefined) ? [...last] : undefined
    },
    {
      seconds,
      explain: async () => {
        const logs = await Promise.all(members.map(one => agentLog(one.range)))
        return `${last.map(one => `${one.host.name}: ${one.kind} ${one.state} ${one.reason ?? ''}`).join('; ')}\n${logs.join('\n')}`
      },
    },
  )
}

export async function endOfOrder({ api }: Person, order: string, seconds = 150) {
  return until(
    'the order has ended',
    async () => {
      const one = await api.getOrder({ params: { order } })
      return one.endedAt === undefined ? undefined : one
    },
    { seconds },
  )
}

/** An immediate scan of these hosts, to its end. */
export async function scanNow(person: Person, members: readonly Member[]): Promise<void> {
  const { task } = await person.api.startScan({ body: { scope: { hosts: members.map(one => one.id) } } })
  const orders = await endOfTask(person, task, { members })
  const wrong = orders.filter(one => one.state !== 'done')
  if (wrong.length > 0) throw new Error(wrong.map(one => `${one.host.name}: ${one.state} ${one.reason}`).join('; '))
}

/** The open incident of a host whose title says this. */
export async function openIncident({ api }: Person, member: Member, title: RegExp): Promise<Alert> {
  const { items } = await api.listAlerts({ query: { host: member.id, status: 'open', about: 'incident' } })
  const found = items.find(one => title.test(one.title))
  if (found === undefined) throw new Error(`no open incident ${title} among: ${items.map(one => one.title).join('; ')}`)
  return found
}
