/** A delivery that is due, as far as the order of sending needs to know it. */
export interface Due {
  readonly id: string
  readonly route: string | undefined
  readonly language: string
  readonly purpose: string
  readonly gather: boolean
}

/** What has left a channel lately. */
export interface Allowance {
  /** Messages that the channel may still send in this minute. */
  readonly channel: number
  /** The same for routes with a rate of their own. */
  readonly routes: ReadonlyMap<string, number>
}

export interface SendingPlan {
  /** Each is one message; more than one delivery is a digest (or a batch for a machine). */
  readonly messages: readonly (readonly Due[])[]
  /** Not now: the channel or the route has sent enough. They come later, as one message. */
  readonly later: readonly Due[]
}

/** From so many single notices on they are told in one message. */
export const flood = 5

/** Decides which due deliveries become one message, so that 1,000 alerts are not 1,000 messages. */
export function planSending(
  due: readonly Due[],
  allowance: Allowance,
  forMachines: boolean,
  mostAtOnce: number,
): SendingPlan {
  if (forMachines) return { messages: chunks(due, mostAtOnce), later: [] }
  let left = allowance.channel
  const routes = new Map(allowance.routes)
  const messages: (readonly Due[])[] = []
  const later: Due[] = []
  for (const group of grouped(due)) {
    const route = group[0]?.route ?? ''
    const most = Math.min(left, routes.get(route) ?? left)
    const together = group.length > Math.min(flood, most) || group.some(one => one.gather)
    const parts = together ? [group] : group.map(one => [one])
    if (most < 1) later.push(...group)
    else messages.push(...parts)
    const sent = most < 1 ? 0 : parts.length
    left -= sent
    if (routes.has(route)) routes.set(route, (routes.get(route) ?? 0) - sent)
  }
  return { messages, later }
}

/** Tests and what is a digest already stand alone; the others go together by route and language. */
function grouped(due: readonly Due[]): Due[][] {
  const groups = new Map<string, Due[]>()
  for (const one of due) {
    const alone = one.purpose === 'test' || one.purpose === 'digest'
    const key = alone ? one.id : `${one.route} ${one.language} ${one.purpose}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return [...groups.values()]
}

function chunks(due: readonly Due[], size: number): Due[][] {
  return Array.from({ length: Math.ceil(due.length / size) }, (_, place) => due.slice(place * size, (place + 1) * size))
}
