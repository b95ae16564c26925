import type { Finding, Incident } from '../../model/index.ts'

/** Every type of alert with its plain title: what the list filters by and "handle same type" goes by. */
export const alertTypes = {
  mining: 'Cryptomining',
  intrusion: 'Intrusion',
  rootkit: 'Something hides on the host',
  exposure: 'Open door',
  'malicious-file': 'Miner or its tools on disk',
  'suspicious-file': 'Suspicious file',
  'suspicious-process': 'Suspicious process',
  'pool-traffic': 'Traffic with a mining pool',
  'suspicious-connection': 'Suspicious connection',
  'scheduled-task': 'Suspicious scheduled task',
  autostart: 'Suspicious autostart',
  'login-key': 'Suspicious login key',
  account: 'Suspicious account or right',
  'replaced-command': 'System command was replaced',
  container: 'Suspicious container',
  login: 'Suspicious login',
  weakening: 'Weakened protection',
  'indicator-match': 'Known indicator',
  'agent-offline': 'Agent is offline',
  'agent-tampering': 'Agent was tampered with',
} as const
export type AlertType = keyof typeof alertTypes

const hiding = new Set(['kernel-module', 'bpf-program', 'kernel-hook', 'preload', 'mount'])
const scheduled = /^(?:cron|anacron$|at$|incron$|fcron$|systemd-timer$)/

/** By the kind of fact, and for files, processes and connections by what the rule is specific to. */
export function typeOfFinding(finding: Finding): AlertType {
  const { fact } = finding
  if (hiding.has(fact.kind)) return 'rootkit'
  const mining = finding.specific === 'mining'
  switch (fact.kind) {
    case 'process':
      return mining ? 'mining' : 'suspicious-process'
    case 'file':
      return mining ? 'malicious-file' : 'suspicious-file'
    case 'socket':
      return mining || fact.stratum !== undefined ? 'pool-traffic' : 'suspicious-connection'
    case 'listener':
      return 'suspicious-connection'
    case 'autostart':
      return scheduled.test(fact.mechanism) ? 'scheduled-task' : 'autostart'
    case 'login-key':
      return 'login-key'
    case 'account':
    case 'sudo-rule':
      return 'account'
    case 'command-integrity':
      return 'replaced-command'
    case 'container':
      return 'container'
    case 'log-entry':
      return 'login'
    default:
      return 'weakening'
  }
}

/** `findings`: those of the incident. */
export function typeOfIncident(incident: Incident, findings: readonly Finding[]): AlertType {
  if (incident.verdict === 'exposure') return 'exposure'
  if (findings.some(one => one.specific === 'mining' || one.conclusive)) return 'mining'
  if (incident.members.some(one => hiding.has(one.kind))) return 'rootkit'
  return 'intrusion'
}
