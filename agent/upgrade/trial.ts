import { agentFolders } from '../own-files.ts'
import { linked, point, programHome } from './program-home.ts'
import { removeOldVersions } from './upgrade.ts'
import { forgetUpgrade, readUpgrade, type UpgradeState, writeUpgrade } from './upgrade-state.ts'

export interface TrialParts {
  readonly ended: (order: string, ended: { state: 'done' } | { state: 'failed'; reason: string }) => void
  /** This program is not to run on: the one of before takes over. */
  readonly leave: () => void
  readonly log: (line: string) => void
}

/** What an upgrade still has to show: the new program reaches its center in time, or the old one comes back. */
export interface UpgradeTrial {
  /** The order that asked for it. */
  readonly order: string
  begin(parts: TrialParts): void
  connected(): void
}

const limitMs = 5 * 60_000
/** A version that does not come up as often as this is given up. */
const mostStarts = 3

/**
 * What is to be shown by the program that starts now. The new one must reach the center within five minutes of its start; otherwise the
 * link is set back and it leaves. The old one, back again, says that the upgrade failed. `undefined`: no upgrade is under way.
 */
export function upgradeTrial(state: string, program: string, timeMs = limitMs): UpgradeTrial | undefined {
  const folders = agentFolders(state)
  const found = readUpgrade(folders)
  const place = programHome(program)
  if (found === undefined || place === undefined) return undefined
  let parts: TrialParts | undefined
  let timer: NodeJS.Timeout | undefined
  return {
    order: found.order,
    begin(given) {
      parts = given
      if (found.state === 'rolled-back' || place.running !== found.to) {
        forgetUpgrade(folders)
        given.ended(found.order, { state: 'failed', reason: found.reason ?? 'The program of before runs again.' })
        return
      }
      timer = setTimeout(() => {
        setBack(state, found, 'The new version did not reach the center within five minutes.')
        given.log('the new version did not reach the center: the one of before takes over')
        given.leave()
      }, timeMs)
    },
    connected() {
      if (timer === undefined) return
      clearTimeout(timer)
      timer = undefined
      forgetUpgrade(folders)
      parts?.ended(found.order, { state: 'done' })
      removeOldVersions(found.home)
    },
  }
}

/**
 * Run by the *old* program before each start of the service (ExecStartPre of the unit, `previous/davylamp agent before-start`): a new
 * version that cannot even start is counted out, because it could not do that itself.
 */
export function beforeStart(state: string, now = Date.now()): void {
  const folders = agentFolders(state)
  const found = readUpgrade(folders)
  if (found === undefined || found.state !== 'trying') return
  if (linked(found.home, 'current') !== found.to) return
  const late = now - Date.parse(found.at) > 2 * limitMs && found.starts > 0
  if (found.starts >= mostStarts || late)
    return setBack(state, found, `The new version was started ${found.starts} times and did not come up.`)
  writeUpgrade(folders, { ...found, starts: found.starts + 1 })
}

function setBack(state: string, found: UpgradeState, reason: string): void {
  const folders = agentFolders(state)
  point(found.home, 'current', found.from)
  writeUpgrade(folders, { ...found, state: 'rolled-back', reason })
}
