import { parseArgs } from 'node:util'
import { loadWithAlerts } from './load/alert-load.ts'
import { littleMemory } from './load/center-process.ts'
import { Figures } from './load/figures.ts'
import { fill } from './load/fill.ts'
import { fillDetections } from './load/fill-detections.ts'
import { joinFleet } from './load/fleet.ts'
import { measureIdle } from './load/idle.ts'
import { measureDetections, measureLists } from './load/lists.ts'
import { measureAlarms, measureRestart } from './load/restart.ts'

// What one center on this machine carries, with the real program, PostgreSQL, TLS and protocol, on 127.0.0.1 only; beside the arithmetic
// of design.md §12. About ten minutes and 4 GB of disk: `npm run verify load`. Ends with 1 when something was lost, doubled or alarmed.

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '60' },
    alerts: { type: 'string', default: '1000000' },
    detections: { type: 'string', default: '1000000' },
    hosts: { type: 'string', default: '10000' },
    /** The center without the flags by which the launcher keeps scans small. */
    'plain-runtime': { type: 'boolean', default: false },
    /** For who works on one part: idle, alerts, restart, lists, detections. */
    only: { type: 'string', multiple: true },
  },
})
const part = (name: string) => values.only === undefined || values.only.includes(name)
const figures = new Figures()
const flags = values['plain-runtime'] ? [] : littleMemory
const fleet = await joinFleet(Number(values.agents), flags, figures)
let lookAt = 0
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void fleet.end().finally(() => process.exit(1)))
let failed = false
try {
  await measureIdle(fleet, figures)
  if (part('alerts')) await loadWithAlerts(fleet, { seconds: Number(values.seconds), scans: 3 }, figures)
  if (part('restart')) {
    await measureRestart(fleet, 'SIGTERM', figures)
    lookAt = await measureRestart(fleet, 'SIGKILL', figures)
  }
  if (part('lists') || part('detections')) {
    const filled = await fill(fleet, Number(values.hosts), part('lists') ? Number(values.alerts) : 0, figures)
    if (part('lists')) await measureLists(fleet, filled, figures)
    if (part('detections'))
      await measureDetections(fleet, await fillDetections(fleet, filled, Number(values.detections), figures), figures)
  }
  if (part('restart')) await measureAlarms(fleet, lookAt, figures)
} catch (error) {
  failed = true
  console.error(error)
  console.error(fleet.center().log().split('\n').slice(-20).join('\n'))
} finally {
  await fleet.end()
}
figures.show()
const missed = figures.missed()
if (missed.length > 0) console.log(`\nNot as wanted: ${missed.map(one => one.what).join('; ')}`)
if (failed || missed.length > 0) process.exitCode = 1
