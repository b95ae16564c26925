import type { WatchTrouble } from '../../model/api/index.ts'
import type { SensorStatus, WatchState } from '../../model/index.ts'

/** What is wrong with how a host watches. `before`: what it reported last, to tell what it loses now from what it lost once. */
export function troublesOf(watch: WatchState, before: WatchState | undefined): WatchTrouble[] {
  const troubles = new Set<WatchTrouble>()
  for (const sensor of watch.sensors) {
    const earlier = before?.sensors.find(one => one.name === sensor.name && one.since === sensor.since)
    if (sensor.lost > (earlier?.lost ?? 0)) troubles.add('loses')
    if (sensor.problem !== undefined) troubles.add(isOff(sensor) ? 'stands-still' : 'weaker')
  }
  if (watch.prevention.problem !== undefined) troubles.add('less-prevention')
  return [...troubles]
}

function isOff({ source }: SensorStatus): boolean {
  return source === 'off'
}
