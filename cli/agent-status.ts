import { agentFolders, type AgentStatus, loadStatus } from '../agent/index.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { safeText } from './print/text.ts'
import { calledAs } from './program-name.ts'
import { requireRoot } from './state/permission.ts'

export async function agentStatusCommand(_: object, context: Context): Promise<ExitCode> {
  requireRoot('Reading the state of the agent')
  const { readStatus } = await loadStatus()
  const status = readStatus(agentFolders(context.state))
  const problems = problemsOf(status)
  if (context.json) context.print(status === undefined ? { running: false, problems } : { ...status, problems })
  else show(status, problems, context)
  return problems.length === 0 ? exitCodes.fine : exitCodes.left
}

function show(status: AgentStatus | undefined, problems: readonly string[], context: Context): void {
  if (status !== undefined) context.page.table(rowsOf(status).map(row => row.map(cell => safeText(cell, false))))
  for (const problem of problems) context.page.text(safeText(problem, false))
}

function rowsOf(status: AgentStatus): string[][] {
  const { connection, spool } = status
  return [
    ['agent', status.running ? `running since ${status.startedAt} (pid ${status.pid})` : 'not running'],
    ['program', status.program],
    ['center', status.center ?? 'none: works alone'],
    ...(status.agent === undefined ? [] : [['identity', status.agent]]),
    ...(connection === undefined ? [] : [['connection', `${connection.state} (${connection.way})`]]),
    ...(status.certificateEndsAt === undefined ? [] : [['certificate', `until ${status.certificateEndsAt}`]]),
    [
      'waiting',
      `${spool.items} reports, ${spool.bytes} bytes${spool.oldest === undefined ? '' : `, oldest ${spool.oldest}`}`,
    ],
    ['doing', status.doing ?? 'nothing'],
    ['next scan', status.nextScan ?? 'none'],
    ['policy', [`version ${status.policy.version}`, ...status.policy.tightened].join('; ')],
    ...Object.entries(status.losses).map(([reason, count]) => ['lost', `${count} × ${reason}`]),
  ]
}

/** What a person should do something about. */
function problemsOf(status: AgentStatus | undefined): string[] {
  if (status === undefined) return [`The agent has never run here. Install it: ${calledAs} agent install`]
  if (!status.running) return ['It does not run. See: systemctl status davylamp-agent, journalctl -u davylamp-agent']
  const { connection, certificateEndsAt } = status
  const problems: string[] = []
  if (connection !== undefined && connection.state !== 'connected' && connection.last !== undefined)
    problems.push(
      `Not connected: ${connection.last.detail}. Next try: ${connection.nextTryAt ?? 'now'}. (docs/agent.md, Agent offline)`,
    )
  if (certificateEndsAt !== undefined && Date.parse(certificateEndsAt) < Date.now())
    problems.push('The certificate has ended, so it cannot be renewed any more: join the center again.')
  if (Math.abs(connection?.clockAheadSeconds ?? 0) > 60)
    problems.push(
      `The clock is ${connection?.clockAheadSeconds} s away from that of the center; orders expire by it. Set it (timedatectl).`,
    )
  return problems
}
