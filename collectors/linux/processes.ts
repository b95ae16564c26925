import { setTimeout as sleep } from 'node:timers/promises'
import type { Fact, ProcessFact } from '../../model/index.ts'
import type { Target } from '../../target/index.ts'
import type { Collector, Survey } from '../collector.ts'
import { type CpuSample, cpuUse, isBusy, lifelongUse, takeCpuSample } from './cpu-samples.ts'
import { hiddenPids } from './hidden-pids.ts'
import { readMounts } from './mount-info.ts'
import { hiddenFromOrdinaryView } from './ordinary-view.ts'
import { listedPids, readClock } from './proc-stat.ts'
import { type Account, takeAccount, unexplainedWork } from './processor-accounts.ts'
import { describeProcess, type ProcessPlace } from './process-fact.ts'
import { noteAge, noteTraffic } from './traffic.ts'

const shortestGapMs = 300
const observeEveryMs = 2000
/** Shorter looks do not tell what the cores did for nobody. */
const fewestToAccount = 40
const accountEveryMs = 10_000

/**
 * Processes as /proc shows them (proc(5)), those among them that hide from its listing. A process that ends while it is
 * looked at is left out.
 */
export const processes: Collector = {
  name: 'processes',
  collects: ['process', 'setting'],
  os: ['linux'],
  needsLive: true,
  stage: 'first',
  collect,
}

/** Takes the first sample while all else is still to be looked at, so that `processes` need not wait for the second. */
export const firstSample: Collector = {
  name: 'processor samples',
  collects: [],
  os: ['linux'],
  needsLive: true,
  stage: 'first',
  collect({ target }) {
    if (!target.processes) return []
    noteTraffic(target)
    firstSamples.set(target, takeCpuSample(target))
    return []
  },
}

/** Only those that are asked for, as they are at this moment: what takes two samples is missing. */
export const processesAround: Collector = {
  name: 'processes',
  collects: ['process'],
  os: ['linux'],
  needsLive: true,
  stage: 'first',
  collect(survey) {
    const { pids = [], parents = [] } = survey.around ?? {}
    return describeAll(survey, [...new Set([...pids, ...parents])], new Map()).map(fact => withCpu(fact, []))
  },
}

const firstSamples = new WeakMap<Target, CpuSample>()

async function* collect(survey: Survey): AsyncIterable<Fact> {
  const { target } = survey
  if (!target.processes) return target.addGap({ what: 'processes', why: 'no /proc of a running system' })
  survey.progress('processes')
  if (noteAge(target) === undefined) noteTraffic(target)
  const hidden = findHidden(survey)
  const pids = [...new Set([...listedPids(target), ...hidden.keys()])].sort((a, b) => a - b)
  const samples = [firstSamples.get(target) ?? takeCpuSample(target, pids)]
  firstSamples.delete(target)
  const facts = describeAll(survey, pids, hidden)
  const accounts: Account[] = []
  await sampleOn(survey, pids, samples, accounts)
  for (const fact of facts) yield withCpu(fact, samples)
  const work = unexplainedWork(accounts)
  if (work !== undefined) yield work
}

/** Pids with the views that leave them out. */
function findHidden({ target, deep }: Survey): Map<number, string[]> {
  const hidden = new Map<number, string[]>(hiddenPids(target, listedPids(target), deep))
  for (const { path } of readMounts(target)) {
    const pid = Number(/^\/proc\/([1-9]\d{0,9})(?:\/|$)/.exec(path)?.[1] ?? 0)
    if (pid > 0 && !hidden.get(pid)?.includes('mount')) hidden.set(pid, [...(hidden.get(pid) ?? []), 'mount'])
  }
  for (const pid of hiddenFromOrdinaryView(target)) hidden.set(pid, [...(hidden.get(pid) ?? []), 'ordinary-view'])
  return hidden
}

function describeAll(survey: Survey, pids: readonly number[], hidden: ReadonlyMap<number, string[]>): ProcessFact[] {
  const place = placeOf(survey)
  return pids.flatMap(pid => describeProcess(survey, pid, hidden.get(pid) ?? [], place) ?? [])
}

function placeOf(survey: Survey): ProcessPlace {
  const { files } = survey.target
  const clock = readClock(survey.target)
  const users = new Map<number, string>()
  for (const { uid, name } of survey.people) if (!users.has(uid)) users.set(uid, name)
  return {
    ...clock,
    users,
    ownNamespace: files.readLink('/proc/self/ns/mnt'),
    preloads: files.lstat('/etc/ld.so.preload') !== undefined,
  }
}

/** The rest of the samples: one more at least, one each two seconds while it is to be observed. */
async function sampleOn(
  { target, observeSeconds }: Survey,
  pids: readonly number[],
  samples: CpuSample[],
  accounts: Account[],
): Promise<void> {
  const start = samples[0]?.atMs ?? performance.now()
  // On a recorded host no time passes.
  const shortest = target.root === '/' ? shortestGapMs : 0
  const until = start + Math.max(shortest, Math.min(observeSeconds, 86_400) * 1000)
  const account = () => {
    if (observeSeconds < fewestToAccount) return
    if (performance.now() - (accounts.at(-1)?.atMs ?? -accountEveryMs) < accountEveryMs) return
    const now = takeAccount(target)
    if (now !== undefined) accounts.push(now)
  }
  account()
  while (performance.now() < until) {
    await sleep(Math.min(observeEveryMs, Math.max(1, until - performance.now())))
    samples.push(takeCpuSample(target, pids))
    account()
  }
  if (samples.length < 2) samples.push(takeCpuSample(target, pids))
}

function withCpu(fact: ProcessFact, samples: readonly CpuSample[]): ProcessFact {
  const { percent, busySeconds } = cpuUse(samples, fact.pid, fact.startTime)
  const cpuSeconds = fact.cpuSeconds ?? 0
  const average = lifelongUse(cpuSeconds, fact.ageSeconds)
  const sustained = isBusy(average) && fact.ageSeconds !== undefined ? fact.ageSeconds : busySeconds
  return {
    ...fact,
    ...(percent === undefined ? {} : { cpuPercent: percent }),
    ...(average === undefined ? {} : { cpuAveragePercent: average }),
    cpuSeconds,
    cpuSustainedSeconds: sustained,
  }
}
