import { ownProcDirectory } from '../../native/read/own-proc.ts'
import { ExecLoop } from './exec-loop.ts'
import type { ExecSensor, ExecSensorOptions } from './exec-sensor.ts'

/** Less than anybody notices, and some thousandths of a core. */
const everyMs = 20
const mostSteps = 8

/**
 * The same without a thread, which costs 17 MiB: the source is looked at every 20 ms, by a process that must never be busy for long.
 * Throws what opening the source says.
 */
export function startPolledExecSensor(options: ExecSensorOptions): ExecSensor {
  const loop = new ExecLoop(ownProcDirectory(), options.source)
  const since = new Date().toISOString()
  let [events, lost, open] = [0, 0, true]
  const look = () => {
    try {
      for (let steps = 0; steps < mostSteps; steps++) {
        const step = loop.step()
        events += step.events.length
        lost = step.lost
        if (step.events.length > 0) options.onEvents(step.events)
        if (!step.more || !open) break
      }
    } catch (error) {
      close()
      options.onEnd(error instanceof Error ? error : new Error(String(error)))
    }
  }
  const timer = setInterval(look, loop.everyMs ?? everyMs)
  const close = () => {
    if (!open) return
    open = false
    clearInterval(timer)
    loop.close()
  }
  return {
    status: () => ({
      name: 'exec',
      source: loop.name,
      since,
      events,
      lost,
      ...(loop.problem === undefined ? {} : { problem: loop.problem }),
    }),
    close: async () => close(),
  }
}
