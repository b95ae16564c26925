import type { AgentStatus } from '../agent/index.ts'
import { bytesInWords } from './bytes-in-words.ts'
import { calledAs } from './program-name.ts'

const day = 86_400_000
const hour = 3_600_000

/** What a person should do something about. */
export function problemsOf(status: AgentStatus | undefined, now: number): string[] {
  if (status === undefined) return [`The agent has never run here. Install it: ${calledAs} agent install`]
  const problems = status.running
    ? [...connectionProblems(status, now), ...watchProblems(status), ...scanProblems(status, now)]
    : ['It does not run. See: systemctl status davylamp-agent, journalctl -u davylamp-agent']
  const touched = (status.tampering ?? []).filter(one => now - Date.parse(one.at) < day).length
  if (touched > 0)
    problems.push(
      `Somebody touched the agent within the last day (${touched} seen, see below). If it was not you, find out who is on this host.`,
    )
  return problems
}

/** What is worth knowing, and nothing to worry about by itself. */
export function notesOf(status: AgentStatus | undefined): string[] {
  if (status?.running !== true) return []
  const notes: string[] = []
  for (const { name, source, lost, problem } of status.watch?.sensors ?? []) {
    if (problem !== undefined && source !== 'off')
      notes.push(`The sensor ${name} listens with ${source}, which sees less than it could: ${problem}.`)
    if (lost > 0)
      notes.push(
        `The sensor ${name} lost ${lost} events or more: what happened then, scans have to find. It helps if the host is less busy.`,
      )
  }
  for (const [reason, count] of Object.entries(status.losses))
    notes.push(`Reports that were dropped: ${count} × ${reason}.`)
  const resident = (status.cost?.agent.residentBytes ?? 0) + (status.cost?.guard.residentBytes ?? 0)
  if (resident > mostResident)
    notes.push(`The agent and its guard take ${bytesInWords(resident)} of memory, more than they should.`)
  return notes
}

/** Of both together, with the guard at work. */
const mostResident = 400 * 1_048_576

function connectionProblems({ connection, certificateEndsAt }: AgentStatus, now: number): string[] {
  const problems: string[] = []
  if (connection !== undefined && connection.state !== 'connected' && connection.last !== undefined)
    problems.push(
      `Not connected: ${connection.last.detail}. Next try: ${connection.nextTryAt ?? 'now'}. (docs/agent.md, Agent offline)`,
    )
  if (certificateEndsAt !== undefined && Date.parse(certificateEndsAt) < now)
    problems.push('The certificate has ended, so it cannot be renewed any more: join the center again.')
  if (Math.abs(connection?.clockAheadSeconds ?? 0) > 60)
    problems.push(
      `The clock is ${connection?.clockAheadSeconds} s away from that of the center; orders expire by it. Set it (timedatectl).`,
    )
  return problems
}

function watchProblems({ watch }: AgentStatus): string[] {
  const problems = (watch?.sensors ?? [])
    .filter(({ source, problem }) => source === 'off' && problem !== undefined)
    .map(({ name, problem }) => `The sensor ${name} is deaf: ${problem}.`)
  if (watch?.prevention.problem !== undefined)
    problems.push(`Prevention is ${watch.prevention.mode}, less than what was asked: ${watch.prevention.problem}.`)
  return problems
}

function scanProblems({ lastScan, nextScan, doing }: AgentStatus, now: number): string[] {
  const problems: string[] = []
  if (lastScan?.verdict === 'confirmed' || lastScan?.verdict === 'suspected')
    problems.push(
      `The last scan found an intrusion (${lastScan.verdict}). Look at it: ${calledAs} scan. Remove it: ${calledAs} clean`,
    )
  if (nextScan !== undefined && doing === undefined && now - Date.parse(nextScan) > hour)
    problems.push(`A scan was due at ${nextScan} and has not begun. See: journalctl -u davylamp-agent`)
  return problems
}
