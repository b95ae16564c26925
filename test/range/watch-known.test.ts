import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { campaigns } from '../../hosts/campaigns/index.ts'
import { type Infection, infections, type Item } from '../../hosts/index.ts'
import { rangeImpossible } from './machine.ts'
import { infect, plantFiles } from './plant.ts'
import type { Range } from './range.ts'
import { leavingLines, measured, openWatched, whole } from './watch-host.ts'
import { type Began, began, type WatchSession } from './watch-session.ts'

// What a host that is watched hears when somebody breaks into it: each intruder comes with all that he has, files, autostarts and
// programs, as fast as they can be written. Times are told and not judged; the deadline only guards against hanging.

const skip = rangeImpossible() ?? false
const timeout = 300_000
const deadlineSeconds = 60

interface Visit {
  readonly infection: Infection
  /** Whether somebody was looked at within the minute before. */
  readonly warm: boolean
}

const visits: readonly Visit[] = whole
  ? [
      ...infections.flatMap(infection => [
        { infection, warm: true },
        { infection, warm: false },
      ]),
      ...campaigns.filter(canBegin).map(infection => ({ infection, warm: true })),
    ]
  : infections.filter(one => one.family === 'kinsing').map(infection => ({ infection, warm: true }))

for (const { infection, warm } of visits)
  test(`${infection.family} is told as it comes${warm ? '' : ', by a guard that has to be started'}`, {
    skip,
    timeout,
  }, async t => {
    const { range, session } = await openWatched({ mode: 'observe', warm })
    t.after(() => range.close())
    const earlier = session.told.length
    const news = () => session.told.slice(earlier)
    plantFiles(range.root, accountsFor(range, infection))
    await infect(range, [leavingLines(infection)])
    const isMiner = ({ subject, verdict }: (typeof session.told)[number]['detection']) =>
      verdict === 'confirmed' && subject.path !== '/opt/probe'
    await session.until(`${infection.family}: anything confirmed`, isMiner, deadlineSeconds)
    const first = Math.min(...began(range).map(one => one.atMs))
    const told = news().find(one => isMiner(one.detection))
    assert.ok(told !== undefined)
    if (Number.isFinite(first))
      measured({
        what: warm ? 'known' : 'known-cold',
        name: infection.family,
        ms: Math.max(0, told.atMs - first),
        verdict: told.detection.verdict,
        more: told.detection.title,
      })
    await programsOf(session, began(range), warm)
    // Nobody of the house is accused: its miner is allowed, and the rest is what servers have.
    const wrong = news().filter(({ detection: { subject } }) => isOfTheHouse(subject.path))
    assert.deepEqual(
      wrong.map(one => one.detection.title),
      [],
    )
  })

/** Every program that began, once for each path, as soon as it was told itself. */
async function programsOf(session: WatchSession, all: readonly Began[], warm: boolean): Promise<void> {
  const firsts = new Map(all.toReversed().map(one => [nameOf(one.path), one]))
  for (const [path, { pid, atMs }] of firsts) {
    const about = () =>
      session.told.find(({ detection: { subject } }) => nameOf(subject.path ?? '') === path || subject.pid === pid)
    for (const end = Date.now() + 8_000; about() === undefined && Date.now() < end; ) await pause(50)
    const told = about()
    if (told === undefined) console.log(`${path} was not told by itself`)
    else
      measured({
        what: warm ? 'known' : 'known-cold',
        name: path,
        ms: Math.max(0, told.atMs - atMs),
        verdict: told.detection.verdict,
      })
  }
}

function nameOf(path: string): string {
  return path.replace(/ \(deleted\)$/, '')
}

function isOfTheHouse(path = ''): boolean {
  return /^\/opt\/(xmrig|shop)\/|^\/usr\/local\/aegis\/|^\/usr\/sbin\/inventoryd|^\/usr\/bin\/(setsid|setpriv)$/.test(
    path,
  )
}

/** Those that start something at once. */
function canBegin({ items }: Infection): boolean {
  return items.some(item => item.kind === 'process')
}

const firstUid = 1_500

/** Whoever owns files of the intruder lived on the host before. */
function accountsFor(range: Range, { items }: Infection): Item[] {
  const there = readFileSync(`${range.root}/etc/passwd`, 'utf8')
    .split('\n')
    .map(line => line.split(':')[0])
  const own = items.flatMap(item => (item.kind === 'account' ? [item.name] : []))
  const named = items.flatMap(item => ('owner' in item ? [item.owner] : 'user' in item ? [item.user] : []))
  const missing = [...new Set(named)].filter(
    name => name !== undefined && !there.includes(name) && !own.includes(name),
  ) as string[]
  return missing.map((name, at) => ({ kind: 'account', name, uid: firstUid + at, home: `/home/${name}`, shadow: '!' }))
}
