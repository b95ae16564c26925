import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readConfig } from '../../agent/config.ts'
import { agentFolders, policyInForce } from '../../agent/index.ts'
import { Watching } from '../../agent/watch/watching.ts'
import type { AgentConfig } from '../../model/wire/index.ts'

// What the agent does all the time, within a range and on its file systems only: node watching.ts MODE FOLDER. Its state stands in
// FOLDER/said.json; FOLDER/stop ends it.

const everyMs = 250
const [mode = 'observe', folder = ''] = process.argv.slice(2)
const program = join(import.meta.dirname, '..', '..')
const config: AgentConfig = { ...readConfig('/nowhere'), prevention: mode as AgentConfig['prevention'] }
const { policy } = policyInForce(config, undefined)
let detections = 0
const watching = new Watching({
  folders: agentFolders(join(folder, 'state'), true),
  launcher: join(program, 'davylamp'),
  program,
  config: () => config,
  policy: () => policy,
  centerAddresses: async () => [],
  only: ['/', '/dev/shm'],
  onDetection: () => detections++,
  log: line => console.error(line),
})
while (!existsSync(join(folder, 'stop'))) {
  const next = join(folder, 'said.next')
  writeFileSync(next, JSON.stringify({ rules: watching.rules().count, detections, ...watching.state() }))
  renameSync(next, join(folder, 'said.json'))
  await pause(everyMs)
}
await watching.close()
process.exit()
