import { mostSkewSeconds } from './hello.ts'
import type { OfflineReason } from './ports.ts'

export interface Clues {
  readonly now: Date
  readonly certificateEnds: Date | null
  readonly clockSkewSeconds: number | null
  /** The center process that held it stopped or died, and the agent did not come to another. */
  readonly nodeGone: boolean
  /** Of its group: agents that were connected until a moment ago, and those of them that are now silent. */
  readonly group: { readonly agents: number; readonly silent: number }
}

/** What most likely keeps an agent away that fell silent without a goodbye. */
export function likelyReason({ now, certificateEnds, clockSkewSeconds, nodeGone, group }: Clues): OfflineReason {
  if (certificateEnds !== null && certificateEnds <= now) return 'certificate-ended'
  if (Math.abs(clockSkewSeconds ?? 0) > mostSkewSeconds) return 'clock-wrong'
  if (nodeGone) return 'center-gone'
  if (group.agents >= 3 && group.silent / group.agents > 0.5) return 'group-network'
  return 'host-or-network'
}

const words: Readonly<Record<OfflineReason, string>> = {
  shutdown: 'the host was shut down',
  restart: 'its agent was stopped, or restarted and did not come back',
  upgrade: 'its agent was upgraded and did not come back',
  uninstall: 'its agent was uninstalled',
  revoked: 'its identity was revoked',
  'certificate-ended': 'its certificate has ended',
  'clock-wrong': 'its clock is wrong, so TLS fails',
  'center-gone': 'the center that it was connected to is gone',
  'group-network': 'much of its group is silent: probably the network there',
  'host-or-network': 'the host is down, its network, or its agent was stopped',
}

export function reasonInWords(reason: OfflineReason): string {
  return words[reason]
}

/** Of the alert: an agent that somebody took off is more than a host that was shut down. */
export function levelOf(reason: OfflineReason): number {
  if (reason === 'shutdown') return 1
  return reason === 'uninstall' ? 3 : 2
}
