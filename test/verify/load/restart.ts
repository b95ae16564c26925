import { setTimeout as sleep } from 'node:timers/promises'
import type { Figures } from './figures.ts'
import { time } from './figures.ts'
import type { Fleet } from './fleet.ts'
import { alarms, openBehind } from './store.ts'

/** The longest that the center stays silent about agents after a start: spread, 50 s of silence, 30 s to settle, one sweep. */
const quietSeconds = 100

/** The center goes and comes back with all agents connected. Gives when it is late enough to look for alarms. */
export async function measureRestart(fleet: Fleet, signal: NodeJS.Signals, figures: Figures): Promise<number> {
  const gone = Date.now()
  const start = await fleet.restart(signal)
  const last = await fleet.agents.untilConnected(180)
  const how = signal === 'SIGKILL' ? 'killed' : 'restarted'
  figures.add(`center ${how}: listens again after`, time(start))
  figures.add(
    `center ${how}: all ${fleet.count} agents are back after`,
    time(last - gone),
    `spread over ${Math.max(5, fleet.count / 500)} s`,
  )
  return Date.now() + quietSeconds * 1_000
}

/** That nobody was told of agents that were away because the center was. */
export async function measureAlarms(fleet: Fleet, notBefore: number, figures: Figures): Promise<void> {
  await sleep(Math.max(0, notBefore - Date.now()))
  const behind = await openBehind(fleet.state)
  try {
    const told = await alarms(behind)
    figures.add(
      'alarms after restarts; agents called offline',
      `${told.alarms}; ${told.offline}`,
      '0; 0',
      told.alarms + told.offline === 0,
    )
  } finally {
    await behind.end()
  }
}
