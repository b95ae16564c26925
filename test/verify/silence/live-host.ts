import { setTimeout as pause } from 'node:timers/promises'
import { Range } from '../../range/range.ts'
import { type Look, summary } from './look.ts'

/**
 * Boots the tree with no network, lets every service that its packages enable come up, and scans it as an administrator would.
 * Services that need a network, a configuration or a device do not start; how many run is said.
 */
export async function lookAtLiveHost(
  tree: string,
  scans: Readonly<Record<string, readonly string[]>>,
  say: (line: string) => void,
): Promise<Look[]> {
  const range = await Range.open({ tree, bootTurns: 3000 })
  try {
    await settled(range)
    const units = await range.sh('systemctl list-units --type=service --state=running --no-legend --plain | wc -l')
    say(`booted: ${units.trim()} services and ${range.processes().length} processes run`)
    const looks: Look[] = []
    for (const [name, args] of Object.entries(scans)) {
      const done = await range.davylamp(['scan', '--json', '--no-save', ...args], { timeoutMs: 1_800_000 })
      looks.push(summary(name, done.stdout, done.stderr))
    }
    return looks
  } finally {
    await range.close()
  }
}

async function settled(range: Range): Promise<void> {
  for (let turn = 0; turn < 60; turn++) {
    const jobs = await range.sh('systemctl list-jobs --no-legend | wc -l')
    if (jobs.trim() === '0') return
    await pause(2000)
  }
}
