import { agentFolders, type GuardCounts, type GuardTask } from '../../agent/index.ts'
import type { Detection, SensorStatus } from '../../model/index.ts'
import { type ExecSensor, type Gate, startExecSensor, startGate } from '../../sensors/index.ts'
import { AfterStart } from './after-start.ts'
import type { Examiner } from './examine.ts'
import { GateJudge } from './gate-judge.ts'
import { Kills } from './kills.ts'
import type { Knowledge } from './knowledge.ts'
import { Rights } from './rights.ts'
import type { SeenFiles } from './seen-files.ts'
import { warmUp } from './warm-up.ts'

export interface KeepingParts {
  readonly task: GuardTask
  readonly state: string
  readonly knowledge: () => Knowledge
  readonly files: () => SeenFiles
  readonly examiner: Examiner
  readonly tell: (detection: Detection) => void
  readonly log: (line: string) => void
}

/** What keeps miners out in `block`: the gate, and the eye on what no gate can see. */
export interface Keeping {
  counts(): GuardCounts
  gate(): SensorStatus | undefined
  problem(): string | undefined
  /** Rules have changed. */
  forget(): void
  close(): Promise<void>
}

/** Until then somebody may be let in who was let in because of the hour or a limit. */
const judgeAnewMs = 60_000

/** Resolves when the gate is shut. Without the right to shut it, what starts is judged right afterwards, and `problem` says so. */
export async function startKeeping(parts: KeepingParts): Promise<Keeping> {
  const { task, state, knowledge, files, examiner, log } = parts
  const rights = new Rights(task, state, log)
  const kills = new Kills({ state, log })
  await kills.endLeft().catch((error: unknown) => log(`a run that was cut off could not be ended: ${messageOf(error)}`))
  let gate: Gate | undefined
  let sensor: ExecSensor | undefined
  let again: NodeJS.Timeout | undefined
  let passedOver = 0
  const problems = new Set<string>()
  const forget = () => {
    again = undefined
    gate?.forget()
  }
  const tell = (detection: Detection) => {
    const [response] = detection.responses
    if (response?.kind === 'prevented' && response.outcome !== 'done' && response.outcome !== 'failed') {
      passedOver++
      again ??= setTimeout(forget, judgeAnewMs)
    }
    parts.tell(detection)
  }
  const after = new AfterStart({
    ...{ knowledge, examiner, rights, kills, tell, log },
    gated: () => gate !== undefined,
    judged: identity => files().has(identity),
  })
  const judge = new GateJudge({ knowledge, files, rights, tell, denied: seen => laterRunners(after, seen.identity) })
  // Who holds the gate and has no thread to answer with must not stay: the kernel lets all go on when we end.
  const leave = (error: Error) => {
    log(`${error.message}: starting anew`)
    process.exit(1)
  }
  await warmUp(knowledge(), files(), agentFolders(state, true).own).catch((error: unknown) => log(messageOf(error)))
  if (!task.response.dryRun)
    gate = await startGate({
      judge: question => judge.judge(question),
      // They start right after the answer.
      onUnjudged: pids => void setTimeout(() => after.unjudged(pids), arrivesMs).unref(),
      onEnd: leave,
      ...(task.only === undefined ? {} : { only: task.only }),
    }).catch((error: unknown) => {
      problems.add(`no start can be prevented: ${messageOf(error)}`)
      return undefined
    })
  sensor = await startExecSensor({ onEvents: events => after.started(events), onEnd: leave }).catch(
    (error: unknown) => {
      problems.add(`what starts is not seen: ${messageOf(error)}`)
      return undefined
    },
  )
  void after.lookAtAll().catch((error: unknown) => log(messageOf(error)))
  return {
    counts() {
      const { asked = 0, allowed = 0, denied = 0, late = 0 } = gate?.counts() ?? {}
      return { asked, allowed, denied, late, killed: after.killed, wouldHave: after.wouldHave + passedOver }
    },
    gate: () => gate?.status(),
    problem() {
      const lost = (sensor?.status().lost ?? 0) + after.skipped
      const all = [...problems, ...(lost > 0 ? [`${lost} programs started too fast to be looked at afterwards`] : [])]
      return all.length === 0 ? undefined : all.join('; ')
    },
    forget() {
      after.forget()
      forget()
    },
    async close() {
      clearTimeout(again)
      await gate?.close()
      await sensor?.close()
      await after.close()
      await kills.close()
    },
  }
}

/** The answer has to arrive first; who was let through in the meantime runs by then. */
const arrivesMs = 50

function laterRunners(after: AfterStart, identity: string): void {
  setTimeout(() => after.lookForRunners(identity), arrivesMs).unref()
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
