import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/**
 * The numbers that this process shows at `/metrics`. Parts make theirs once, at the top of a file:
 *
 *     const opened = counter('alerts_opened_total', 'Alerts that were opened', ['type'])
 *
 * Names get the prefix `davylamp_`. Labels take few values (a route, a kind; never a host, a user or an address).
 */
export const registry = new Registry()

let withDefaults = false

/** What node knows of itself: CPU, memory, event loop, descriptors. Once a process. */
export function collectOwnProcess(): void {
  if (withDefaults) return
  withDefaults = true
  collectDefaultMetrics({ register: registry })
}

export function counter<L extends string = never>(name: string, help: string, labels: readonly L[] = []): Counter<L> {
  return new Counter({ name: `davylamp_${name}`, help, labelNames: labels, registers: [registry] })
}

export function histogram<L extends string = never>(
  name: string,
  help: string,
  labels: readonly L[] = [],
  buckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
): Histogram<L> {
  return new Histogram({
    name: `davylamp_${name}`,
    help,
    labelNames: labels,
    buckets: [...buckets],
    registers: [registry],
  })
}

/** `read` is asked at each scrape; when it fails, the number is left out of that scrape. The result takes the gauge away again. */
export function gauge(name: string, help: string, read: () => number | Promise<number>): () => void {
  const full = `davylamp_${name}`
  registry.removeSingleMetric(full)
  const made = new Gauge({
    name: full,
    help,
    registers: [registry],
    async collect() {
      try {
        this.set(await read())
      } catch {
        this.reset()
        this.remove()
      }
    },
  })
  return () => {
    if (registry.getSingleMetric(full) === made) registry.removeSingleMetric(full)
  }
}
