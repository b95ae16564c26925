import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Report, SignedOrder } from '../../model/wire/index.ts'
import type { ThinAgent } from '../verify/load/thin-agent.ts'
import { type Box, boxOf } from './answering-box.ts'
import { processesOf } from './answering-now.ts'
import { type Runs, runsOf } from './answering-runs.ts'
import type { RecordedHost } from './record.ts'

/**
 * Lets a simulated agent answer orders with what the real host told when it was recorded: enough to work on pages. What is true of a
 * clean-up is shown by tests with hosts that boot.
 */
export function answerOrders(agent: ThinAgent, host: RecordedHost): void {
  const box = boxOf(host)
  const runs = runsOf(host)
  agent.onOrder = ({ order }) => void answer(agent, host, { box, runs }, order).catch(() => {})
}

interface State {
  readonly box: Box
  readonly runs: Runs
}

async function answer(
  agent: ThinAgent,
  host: RecordedHost,
  { box, runs }: State,
  order: SignedOrder['order'],
): Promise<void> {
  const { id, action } = order
  say(agent, { kind: 'order', order: id, state: 'accepted' })
  const told = box.carryOut(action)
  if (told !== undefined) {
    for (const one of told) say(agent, one)
    say(agent, { kind: 'order', order: id, state: 'done' })
    return
  }
  if (action.kind === 'clean' || action.kind === 'undo') {
    const tell = (report: Report) => say(agent, report)
    const run = await (action.kind === 'clean' ? runs.clean(id, action, tell) : runs.undo(id, action, tell))
    if (run === undefined)
      say(agent, { kind: 'order', order: id, state: 'failed', reason: 'nothing was recorded for it' })
    else say(agent, { kind: 'order', order: id, state: 'done', run: run.id })
    return
  }
  if (action.kind === 'report-processes') {
    say(agent, processesOf(host))
    say(agent, { kind: 'order', order: id, state: 'done' })
    return
  }
  if (action.kind === 'upgrade') say(agent, { kind: 'order', order: id, state: 'done' })
  if (action.kind !== 'scan') return
  say(agent, { kind: 'order', order: id, state: 'running' })
  if (action.mode === 'path' && action.path?.startsWith('/no/')) {
    const reason = `there is no file or folder ${action.path} in /`
    return say(agent, { kind: 'order', order: id, state: 'failed', reason })
  }
  if (action.mode !== 'quick') await read(agent, id)
  const parts = ['processes', 'autostarts', 'files', 'packages', 'network', 'rules', 'incidents', 'plans']
  for (const [index, part] of parts.entries()) {
    agent.progress(id, { what: part, done: index, total: parts.length })
    await pause(300)
  }
  const scan = randomUUID()
  for (const report of host.reports.slice(host.reports.findLastIndex(one => one.kind === 'scan'))) {
    if (report.kind === 'scan') {
      const { startedAt: _, ...rest } = report.scan
      say(agent, { ...report, id: scan, order: id, scan: { ...rest, startedAt: new Date().toISOString() } })
    } else if (report.kind === 'plans') say(agent, { ...report, scan })
  }
  say(agent, { kind: 'order', order: id, state: 'done', scan })
}

const files = 182_000
const stepMs = 400

/** Contents of files, ten times as fast as a host is. */
async function read(agent: ThinAgent, order: string): Promise<void> {
  for (let share = 0; share < 1; share += 0.1) {
    const done = Math.round(share * files)
    const step = { done, total: files, bytes: done * 43_000, perSecond: 2_600, secondsLeft: (files - done) / 2_600 }
    agent.progress(order, { what: 'reading contents', ...step })
    await pause(stepMs)
  }
}

function say(agent: ThinAgent, report: Report): void {
  agent.report(JSON.stringify(report), Date.now())
}
