import type { ConnectionEvent, Detection, EventFinding, Examination, ExecEvent, LoadEvent } from '../../model/index.ts'

const telling: ReadonlySet<EventFinding['level']> = new Set(['medium', 'high', 'critical'])
const alarming: ReadonlySet<EventFinding['level']> = new Set(['high', 'critical'])

/** Worth a closer look. */
export function isTelling({ level, conclusive }: EventFinding): boolean {
  return conclusive || telling.has(level)
}

/** Worth an alarm where nobody can look closer. */
export function isAlarming({ level }: EventFinding): boolean {
  return alarming.has(level)
}

/** What has ended before anybody could look is told by what it was called with, when that says enough. */
export function verdictOf(
  examination: Examination,
  findings: readonly EventFinding[],
): Detection['verdict'] | undefined {
  const { verdict } = examination
  if (verdict === 'confirmed' || verdict === 'suspected') return verdict
  if (verdict === 'harmless') return undefined
  if (findings.some(one => one.conclusive)) return 'confirmed'
  return findings.some(isAlarming) ? 'suspected' : undefined
}

/** The process that an event is about, in the words of a detection. */
export function subjectOf(
  event: ExecEvent | LoadEvent | ConnectionEvent,
  examination: Examination | undefined,
): Detection['subject'] {
  const { pid, startTime, command, user, container } = event
  const path = examination?.path ?? event.path
  const cgroup = 'cgroup' in event ? event.cgroup : undefined
  return {
    kind: 'process',
    ...(pid === undefined ? {} : { pid }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(path === undefined ? {} : { path }),
    ...(command === undefined ? {} : { command: command.slice(0, 2_000) }),
    ...(user === undefined ? {} : { user }),
    ...(container === undefined ? {} : { container }),
    ...(cgroup === undefined ? {} : { cgroup }),
    ...(examination?.sha256 === undefined ? {} : { sha256: examination.sha256 }),
  }
}
