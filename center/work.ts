import type { Center } from './context.ts'
import { matchIndicators } from './alerts/index.ts'
import { startExports } from './export/index.ts'
import { forgetFetched } from './fetched/index.ts'
import { forgetOld } from './ingest/index.ts'
import { startNotifications } from './notify/index.ts'
import { startWork as startOrderWork } from './orders/index.ts'
import { keepAuditHeads, tidyPeople } from './people/index.ts'
import type { OpenStore } from './store/index.ts'

/** One piece of work that comes round; several centers may do it at once. */
interface Chore {
  readonly what: string
  readonly seconds: number
  work(): Promise<unknown>
}

/** For how many days each table that grows without end keeps its rows. */
const keepDays = {
  alert: 400,
  alert_event: 400,
  host_event: 400,
  scan: 180,
  detection: 180,
  detection_body: 180,
  inventory_change: 180,
  dead_letter: 30,
}

/** What a center does on its own, besides answering. A chore that fails is logged and comes round again. */
export function startWork(center: Center, store: OpenStore): { stop(): Promise<void> } {
  const chores: readonly Chore[] = [
    { what: 'matching indicators', seconds: 30, work: () => matchIndicators(center) },
    {
      what: 'making and dropping partitions',
      seconds: 3_600,
      work: () => store.housekeeping(center.clock(), keepDays),
    },
    { what: 'forgetting what old alerts left', seconds: 21_600, work: () => forgetOld(center, keepDays) },
    { what: 'forgetting fetched files', seconds: 120, work: () => forgetFetched(center) },
    { what: 'tidying sign-ins', seconds: 3_600, work: () => tidyPeople(center) },
    { what: 'keeping the heads of the audit log', seconds: 86_400, work: () => keepAuditHeads(center) },
  ]
  const stops = chores.map(chore => comeRound(chore, center))
  const workers = [startOrderWork(center), startNotifications(center), startExports(center)]
  return {
    stop: async () => void (await Promise.all([...workers.map(worker => worker.stop()), ...stops.map(stop => stop())])),
  }
}

/** Never twice at a time. The end waits for what is under way. */
function comeRound({ what, seconds, work }: Chore, { log }: Center): () => Promise<void> {
  let underWay = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const next = () => {
    if (!ended) timer = setTimeout(run, seconds * 1_000).unref()
  }
  const run = () => {
    underWay = work()
      .catch((error: unknown) =>
        log.error(`${what} failed`, { error: error instanceof Error ? error.message : String(error) }),
      )
      .then(next)
  }
  next()
  return async () => {
    ended = true
    clearTimeout(timer)
    await underWay
  }
}
