import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { HostEvent } from '../model/index.ts'
import { eventRulesFrom, eventWith, prepareEventRules } from '../rulebook/index.ts'

// Started programs through rules over events, on one core: what ordinary servers do (test/lived-in-events.yml), over and over with other
// numbers, against parsing the same events from JSON. Folders named as arguments hold rules of others. Memory: docs/performance.md says how.

const wanted = 20_000
const rounds = 20
const parsings = 50
const { prepared } = prepareEventRules(process.argv.slice(2))
const scenes: readonly { chain: string[]; runs: string[] }[] = parse(
  readFileSync(join(import.meta.dirname, '..', 'test', 'lived-in-events.yml'), 'utf8'),
)
const events = Array.from({ length: rounds }, (_, round) => scenes.flatMap(scene => execsOf(scene, round))).flat()
const texts = events.map(event => JSON.stringify(event))
const rules = eventRulesFrom(prepared)

for (const event of events.slice(0, 1000)) rules.judge(event)
// The clock of a thread is coarse, and parsing is quick.
const parsing =
  seconds(() => {
    for (let time = 0; time < parsings; time++) for (const text of texts) JSON.parse(text)
  }) / parsings
let found = 0
const judging = seconds(() => {
  for (const event of events) found += rules.judge(event).length
})
const rate = Math.round(events.length / judging)
console.log(`${rules.count} rules, ${events.length} events, ${found} findings`)
console.log(
  `${rate} events a CPU-second (aim: ${wanted}); ${(judging / parsing).toFixed(1)} times what parsing them costs`,
)
process.exitCode = rate >= wanted ? 0 : 1

function execsOf({ chain, runs }: { chain: string[]; runs: string[] }, round: number): HostEvent[] {
  const ancestors = chain.map((command, pid) => ({ pid, path: command.split(' ')[0], command }))
  return runs.map((line, index) => {
    const argv = `${line} ${round}`.split(' ')
    const pid = round * 1000 + index
    const at = new Date(Date.UTC(2026, 0, 1) + pid * 50).toISOString()
    return eventWith(
      { kind: 'exec', path: argv[0], argv, pid, parentPid: pid % 97, cwd: '/root', user: 'root', ancestors },
      at,
    )
  })
}

function seconds(work: () => void): number {
  const before = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(before)
  return (user + system) / 1e6
}
