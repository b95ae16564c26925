import { prepareOutbreak } from './outbreak.ts'
import { ThinAgent } from './thin-agent.ts'

// A thousand agents or so in one process. It does what its parent asks, and says how far they are.

export interface Start {
  readonly ask: 'start'
  readonly port: number
  readonly authority: string
  /** Number of the first agent. */
  readonly first: number
  readonly count: number
}
export interface Enrol {
  readonly ask: 'enrol'
  readonly token: string
}
export interface Connect {
  readonly ask: 'connect'
  /** All of them within this time. */
  readonly withinSeconds: number
}
export interface Load {
  readonly ask: 'load'
  /** `Date.now()` of the first report. */
  readonly from: number
  readonly seconds: number
  /** Reports of each agent, evenly over the time. */
  readonly scans: number
}
export interface Status {
  readonly ask: 'status'
}
export interface Leave {
  readonly ask: 'leave'
}
export type Ask = Start | Enrol | Connect | Load | Status | Leave

export interface Reply {
  readonly number: number
  readonly answer?: unknown
  readonly error?: string
}

export interface StatusOfAgents {
  readonly connected: number
  /** When the last of those that are connected was welcomed, by `Date.now()`. */
  readonly lastWelcome: number
  readonly waiting: number
  readonly made: number
  readonly acknowledged: number
  readonly waits: number
  readonly pings: number
  readonly rejected: readonly string[]
  readonly failures: readonly string[]
  /** Agent id → acknowledged sequence and largest made. */
  readonly sequences: Readonly<Record<string, readonly [acknowledged: number, made: number]>>
  /** All so far, in ms. */
  readonly latencies: readonly number[]
}

let agents: ThinAgent[] = []
let first = 0

process.on('message', ({ number, question }: { number: number; question: Ask }) => {
  const reply = (rest: Omit<Reply, 'number'>) => process.send?.({ number, ...rest })
  carryOut(question).then(
    answer => reply({ answer }),
    (error: unknown) => reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})

// The parent is gone, however it ended.
process.on('disconnect', () => process.exit(0))

async function carryOut(ask: Ask): Promise<unknown> {
  switch (ask.ask) {
    case 'start':
      return start(ask)
    case 'enrol':
      return await enrolAll(ask.token)
    case 'connect':
      return connectAll(ask.withinSeconds)
    case 'load':
      return await load(ask)
    case 'status':
      return status()
    case 'leave':
      for (const agent of agents) agent.leave()
      return undefined
  }
}

function start({ port, authority, first: from, count }: Start): void {
  first = from
  agents = Array.from({ length: count }, (_, index) => {
    const number = from + index
    // No address ends in 0 or 255.
    const own = `127.1.${Math.floor(number / 250)}.${1 + (number % 250)}`
    return new ThinAgent(`web-${String(number).padStart(4, '0')}`, { port, authority, own })
  })
}

/** Ten at a time, as machines of a fleet join one after the other. */
async function enrolAll(token: string): Promise<void> {
  const rest = [...agents]
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let agent = rest.pop(); agent !== undefined; agent = rest.pop()) await agent.enrol(token)
    }),
  )
}

function connectAll(withinSeconds: number): void {
  agents.forEach((agent, index) => {
    setTimeout(() => agent.connect(), (index / agents.length) * withinSeconds * 1_000)
  })
}

/** Each report is sent when its time has come, whether the center is ready or not. */
async function load({ from, seconds, scans }: Load): Promise<void> {
  const outbreak = await prepareOutbreak(scans)
  const every = (seconds * 1_000) / scans
  const due = agents.flatMap((agent, index) =>
    Array.from({ length: scans }, (_, scan) => ({
      agent,
      which: { host: first + index, scan },
      at: from + scan * every + (index / agents.length) * every,
    })),
  )
  due.sort((a, b) => a.at - b.at)
  for (const { agent, which, at } of due) {
    const early = at - Date.now()
    if (early > 0) await new Promise(resolve => setTimeout(resolve, early))
    agent.report(outbreak.report(which), at)
  }
}

function status(): StatusOfAgents {
  const sum = (of: (agent: ThinAgent) => number) => agents.reduce((all, one) => all + of(one), 0)
  return {
    connected: agents.filter(one => one.connected).length,
    lastWelcome: Math.max(0, ...agents.map(one => one.welcomedAt)),
    waiting: sum(one => one.waiting),
    made: sum(one => one.made),
    acknowledged: sum(one => one.acknowledged),
    waits: sum(one => one.waits),
    pings: sum(one => one.pings),
    rejected: agents.flatMap(one => one.rejected).slice(0, 20),
    failures: agents.flatMap(one => one.failures).slice(0, 20),
    sequences: Object.fromEntries(agents.map(one => [one.agent, [one.acknowledged, one.made] as const])),
    latencies: agents.flatMap(one => one.latencies),
  }
}
