import type { Health } from '../../../model/api/index.ts'

/** As the center judges (center/api/health.ts), in a form that can be said in any language; worst first. */
export type Trouble =
  | { readonly kind: 'bus' }
  | { readonly kind: 'store-slow'; readonly milliseconds: number }
  | { readonly kind: 'late'; readonly milliseconds: number }
  | { readonly kind: 'agents-offline' | 'tampered' | 'certificates' | 'dead-letters'; readonly count: number }
  | { readonly kind: 'orders-unanswered' | 'deliveries'; readonly count: number; readonly seconds: number }
  | { readonly kind: 'nodes'; readonly names: readonly string[] }

export function troublesIn(health: Health): Trouble[] {
  const { bus, store, eventLoopLagMs, agents, deadLetters, queues, nodes } = health
  const found: Trouble[] = []
  if (!bus.ok) found.push({ kind: 'bus' })
  if (store.answeredInMs > 1_000) found.push({ kind: 'store-slow', milliseconds: store.answeredInMs })
  if (eventLoopLagMs > 200) found.push({ kind: 'late', milliseconds: eventLoopLagMs })
  if (agents.offline > 0) found.push({ kind: 'agents-offline', count: agents.offline })
  if (agents.tampered > 0) found.push({ kind: 'tampered', count: agents.tampered })
  if (agents.certificatesEndingSoon > 0) found.push({ kind: 'certificates', count: agents.certificatesEndingSoon })
  if (deadLetters > 0) found.push({ kind: 'dead-letters', count: deadLetters })
  for (const kind of ['orders-unanswered', 'deliveries'] as const) {
    const queue = queues.find(({ name }) => name === kind)
    const seconds = queue?.oldestSeconds ?? 0
    if (queue !== undefined && seconds > 600) found.push({ kind, count: queue.length, seconds })
  }
  const dead = nodes.filter(({ alive }) => !alive)
  if (dead.length > 0) found.push({ kind: 'nodes', names: dead.map(({ name }) => name) })
  return found
}
