import { z } from 'zod'
import type { LiveChange, OrderObject } from '../../model/api/index.ts'
import type { Context } from '../context.ts'
import { stepWords } from '../print/step-words.ts'
import { hasEnded } from './order-bell.ts'
import { plain } from './show.ts'

/** The detail of a live change of the kind `progress`. */
const step = z.object({
  order: z.string(),
  what: z.string(),
  done: z.number(),
  total: z.number(),
  bytes: z.number().optional(),
  perSecond: z.number().optional(),
  secondsLeft: z.number().optional(),
})

/** A line whenever a host has come so much further: short in a log, however long it takes. */
const stridePercent = 10

/** How far hosts are with orders that take long: one line that changes on a terminal, and in any case a line now and then. */
export class ToldProgress {
  readonly #context: Context
  readonly #orders = new Map<string, OrderObject>()
  readonly #told = new Map<string, number>()

  constructor(context: Context) {
    this.#context = context
  }

  /** The orders as they are now. */
  know(orders: readonly OrderObject[]): void {
    for (const order of orders) this.#orders.set(order.id, order)
  }

  hear({ detail }: LiveChange): void {
    const found = step.safeParse(detail)
    const order = found.success ? this.#orders.get(found.data.order) : undefined
    if (!found.success || order === undefined || hasEnded(order.state)) return
    const { data } = found
    const words = stepWords({ ...data, what: plain(data.what) })
    this.#context.progress.show(`${plain(order.host.name)}: ${words}`, data)
    // Parts of a quick scan are over in moments.
    if (data.bytes === undefined || data.total === 0) return
    const percent = Math.floor((100 * data.done) / data.total)
    if (percent < (this.#told.get(order.id) ?? 0) + stridePercent) return
    this.#told.set(order.id, percent - (percent % stridePercent))
    this.#context.progress.clear()
    this.#context.page.text(`${plain(order.host.name)}: ${percent} % – ${words}`)
  }
}
