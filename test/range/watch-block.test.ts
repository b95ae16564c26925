import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { minerWords } from '../../hosts/host-part.ts'
import { type Infection, infections, type Item } from '../../hosts/index.ts'
import { rangeImpossible } from './machine.ts'
import { infect } from './plant.ts'
import { leavingLines, measured, openWatched, whole } from './watch-host.ts'
import { began, type Told } from './watch-session.ts'

// What happens to each intruder under `prevention: block`. Look-alikes write a line before anything else: whoever was kept from
// starting has none.

const skip = rangeImpossible() ?? false
const timeout = 300_000

for (const infection of infections.filter(one => whole || one.family === 'kinsing'))
  test(`${infection.family}: what is known does not start, and nothing of it goes on`, { skip, timeout }, async t => {
    const { range, session } = await openWatched({ mode: 'block' })
    t.after(() => range.close())
    const earlier = session.told.length
    const news = () => session.told.slice(earlier)
    // That nothing of it comes up is what infecting complains about.
    await infect(range, [withoutWaiting(leavingLines(infection))]).catch(() => undefined)
    const programs = programsOf(infection)
    const running = () => range.processes().filter(({ exe }) => programs.has(exe.replace(/ \(deleted\)$/, '')))
    for (const end = Date.now() + 90_000; Date.now() < end; await pause(500)) {
      if (running().length > 0 || !news().some(one => isPrevented(one) || isEnded(one))) continue
      await pause(3_000)
      if (running().length === 0) break
    }
    assert.deepEqual(
      running().map(({ exe }) => exe),
      [],
      session.summary(),
    )
    const lines = began(range)
    const prevented = news().filter(isPrevented)
    const pids = new Set(prevented.map(one => one.detection.subject.pid))
    assert.deepEqual(
      lines.filter(one => pids.has(one.pid)),
      [],
      'of what was kept from starting no instruction ran',
    )
    const known = new Set(infection.items.flatMap(conclusivePath))
    const late = news()
      .filter(isLate)
      .map(one => one.detection.subject.path)
    assert.deepEqual(
      lines.map(one => one.path).filter(path => known.has(path) && !late.includes(path)),
      [],
      'whose content says enough does not begin',
    )
    assert.ok(prevented.length > 0 || news().some(isEnded), session.summary())
    for (const [path, ms] of new Map(prevented.map(one => [one.detection.subject.path ?? '', one.detection.afterMs])))
      if (path !== '/opt/probe') measured({ what: 'prevented', name: path, ms })
    for (const path of new Set(lines.map(one => one.path)))
      console.log(`began, and was ended: ${path}${late.includes(path) ? ' (judged too late)' : ''}`)
    if (infection.family === 'kinsing')
      assert.doesNotMatch(
        readFileSync(`${range.root}/var/spool/cron/crontabs/root`, 'utf8'),
        /unk\.sh/,
        'the job is disarmed',
      )
  })

function isPrevented({ detection }: Told): boolean {
  return detection.responses.some(one => one.kind === 'prevented' && one.outcome === 'done')
}

function isLate({ detection }: Told): boolean {
  return detection.responses.some(one => one.kind === 'prevented' && one.outcome === 'failed')
}

/** Programs that carry the words of a miner. The others are known by what is around them, which takes a look at the host. */
function conclusivePath(item: Item): string[] {
  const words = item.kind === 'file' && 'lookalike' in item.content ? (item.content.words ?? '') : ''
  return item.kind === 'file' && words.includes(minerWords) ? [item.path] : []
}

function isEnded({ detection }: Told): boolean {
  return detection.responses.some(one => one.kind === 'kill-process' && one.outcome === 'done')
}

/** Look-alikes, and their copies. */
function programsOf({ items }: Infection): Set<string> {
  const own = items.flatMap(item => (item.kind === 'file' && 'lookalike' in item.content ? [item.path] : []))
  const copies = items.flatMap(item =>
    item.kind === 'file' && 'copyOf' in item.content && own.includes(item.content.copyOf) ? [item.path] : [],
  )
  return new Set([...own, ...copies])
}

/** Nothing is waited for that has to run first. */
function withoutWaiting(infection: Infection): Infection {
  const items = infection.items.filter(item => item.kind !== 'mount').map(endless)
  return { ...infection, items }
}

function endless(item: Item): Item {
  if (item.kind !== 'process') return item
  const { deleted, ...rest } = item
  return rest
}
