import { appendFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { type Infection, type Item, minerWords } from '../../hosts/host-part.ts'
import { allowWhatIsAllowed, openHost } from './infected-host.ts'
import { plantFiles } from './plant.ts'
import type { Range } from './range.ts'
import { beganPath, WatchSession } from './watch-session.ts'

/** What is asked of tests about watching: all of it (`npm run verify watch`), or what every test run can afford. */
export const whole = process.env['RANGE_WATCH'] === 'whole'

const probe = '/opt/probe'

export interface WatchedOptions {
  readonly mode: 'observe' | 'block'
  /** Debian packages beyond the usual ones, and no decoys: some of those stand where packages have the real thing. */
  readonly packages?: readonly string[]
  /** Text of agent.yml. */
  readonly config?: string
  /** Default true: until somebody has been looked at, so that the guard is there. */
  readonly warm?: boolean
  /** What is on the host before anybody watches. */
  readonly before?: (range: Range) => Promise<void>
}

/** A booted host with a pool and those decoys that leave the processor to others, on which `davylamp watch` listens. */
export async function openWatched(options: WatchedOptions): Promise<{ range: Range; session: WatchSession }> {
  const { mode, config, packages, warm = true, before } = options
  const range = await openHost(packages === undefined ? { busy: false } : { decoys: false, packages })
  try {
    range.goFirst()
    await range.sh(`touch ${beganPath} && chmod 666 ${beganPath} && mkdir -p /etc/davylamp`)
    if (config !== undefined) await range.sh('cat > /etc/davylamp/agent.yml', { input: config })
    if (packages === undefined) await allowWhatIsAllowed(range)
    plantFiles(range.root, [
      {
        kind: 'file',
        path: probe,
        content: { lookalike: { seconds: 300 }, words: `${minerWords}\nprobe` },
        mode: 0o755,
      },
    ])
    await before?.(range)
    const session = WatchSession.start(range, mode)
    await untilListening(session, mode)
    if (!warm) await restart(session)
    return { range, session }
  } catch (error) {
    await range.close()
    throw error
  }
}

/** It begins to listen at once; rules are made ready, and the guard comes, with the first thing that is noticed. */
async function untilListening(session: WatchSession, mode: 'observe' | 'block'): Promise<void> {
  const heard = () =>
    session.told.some(
      ({ detection: { subject, verdict, responses } }) =>
        subject.path === probe &&
        verdict === 'confirmed' &&
        (mode === 'observe' || responses.some(one => one.kind === 'prevented' && one.outcome === 'done')),
    )
  for (let turn = 0; turn < 40 && !heard(); turn++)
    await session.range.exec(['/bin/sh', '-c', `timeout 2 ${probe}`], { timeoutMs: 20_000 })
  if (!heard()) throw new Error(`nobody listens\n${session.summary()}`)
}

/** Rules are ready then, and no guard is there: as a minute after the last question. */
async function restart(session: WatchSession): Promise<void> {
  await session.again()
  await pause(4_000)
}

/** The same infection with look-alikes that write down that they began. */
export function leavingLines(infection: Infection): Infection {
  return { ...infection, items: infection.items.map(leavesLine) }
}

function leavesLine(item: Item): Item {
  if (item.kind !== 'file' || !('lookalike' in item.content)) return item
  return { ...item, content: { ...item.content, lookalike: { ...item.content.lookalike, leaves: beganPath } } }
}

/** One measured time; `npm run verify watch` makes a report of them. */
export interface Measure {
  readonly what: 'known' | 'known-cold' | 'unknown' | 'prevented' | 'ended' | 'places' | 'work'
  readonly name: string
  readonly ms: number
  readonly verdict?: string
  readonly more?: string
}

export function measured(measure: Measure): void {
  const path = process.env['RANGE_WATCH_MEASURES']
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(measure)}\n`)
  console.log(`${measure.what} ${measure.name}: ${measure.ms} ms ${measure.verdict ?? ''} ${measure.more ?? ''}`.trim())
}
