import { collectFacts, processCollectors } from '../collectors/index.ts'
import type { Gap, ProcessFact } from '../model/index.ts'
import { mostProcesses, type Report, type ReportedProcess } from '../model/wire/index.ts'
import { lowerOwnPriority } from '../native/read/own-priority.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { openTarget } from './look.ts'

/** Long enough for a share of the processor that means something, short enough for somebody who waits. */
const lookSeconds = 1

/** For the agent: prints `{"report":…}` with the processes of this host, as one line. Looks, judges nothing and keeps nothing. */
export async function agentProcessesCommand(options: { readonly root?: string }, context: Context): Promise<ExitCode> {
  lowerOwnPriority()
  const { target, close } = openTarget(options.root)
  try {
    const { facts } = await collectFacts(target, processCollectors, { observeSeconds: lookSeconds })
    const processes = facts.filter(one => one.kind === 'process')
    if (processes.length === 0) throw new CommandError(`no processes can be seen: ${whyNone(target.gaps)}`)
    context.raw(`${JSON.stringify({ report: processReport(processes) })}\n`)
  } finally {
    close()
  }
  return exitCodes.fine
}

function whyNone(gaps: readonly Gap[]): string {
  return (gaps.find(one => one.what === 'processes') ?? gaps[0])?.why ?? '/proc is empty'
}

type ProcessReport = Extract<Report, { kind: 'processes' }>

/** A report holds 4 MiB. */
const mostBytes = 3 * 1_048_576

/** Those that use most first, as many as one report takes. */
export function processReport(facts: readonly ProcessFact[]): ProcessReport {
  const all = facts.map(reportedOf).sort((one, other) => other.cpuPercent - one.cpuPercent || more(one, other))
  const items: ReportedProcess[] = []
  let bytes = 0
  for (const one of all.slice(0, mostProcesses)) {
    bytes += Buffer.byteLength(JSON.stringify(one)) + 1
    if (bytes > mostBytes) break
    items.push(one)
  }
  return { kind: 'processes', total: all.length, items }
}

function more(one: ReportedProcess, other: ReportedProcess): number {
  return other.residentBytes - one.residentBytes || one.pid - other.pid
}

function reportedOf(fact: ProcessFact): ReportedProcess {
  const { path, startedAt, ownership, container, hiddenFrom } = fact
  return {
    pid: fact.pid,
    startTime: fact.startTime,
    parent: fact.parentPid ?? 0,
    user: cut(fact.user ?? '', 100),
    // As ps(1) shows what has no arguments.
    command: cut(fact.command === '' ? `[${fact.name}]` : fact.command, 1_000),
    ...(path === undefined ? {} : { executable: cut(path, 1_000) }),
    ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
    cpuPercent: fact.cpuPercent ?? fact.cpuAveragePercent ?? 0,
    residentBytes: fact.residentBytes ?? 0,
    ...(ownership === undefined ? {} : { trust: ownership }),
    ...(container === undefined ? {} : { container: cut(container, 100) }),
    ...(hiddenFrom.length === 0 ? {} : { hiddenFrom: hiddenFrom.slice(0, 10).map(one => cut(one, 60)) }),
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`
}
