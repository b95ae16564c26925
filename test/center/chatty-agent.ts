import { randomUUID } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { Agent } from '../../agent/agent.ts'
import type { Worker, WorkerSurroundings } from '../../agent/index.ts'
import { fakeWorker } from '../../agent/testing/fake-worker.ts'
import { agentConfig } from '../../model/wire/index.ts'

// A real agent – its process, spool and connection – whose host always has something to tell. What the spool took is written into a
// ledger, line by line, so that a test can say what must be in the center.
const [state = '', center = '', ledgerPath = ''] = process.argv.slice(2)
const ledger = openSync(ledgerPath, 'a', 0o600)
const reportsInOneGo = 3
const pauseMs = 50

const agent = await Agent.start({
  state,
  program: 'davylamp test',
  launcher: '/bin/false',
  readConfig: async () => agentConfig.parse({ center }),
  makeWorker: surroundings => chattering(surroundings),
  upgrade: async () => {},
  log: line => void process.stderr.write(`${line}\n`),
  // As often as possible in the time of a test.
  connection: { pauseFactor: 0.02 },
})
process.on('SIGTERM', () => void agent.stop('shutdown'))

function chattering(surroundings: WorkerSurroundings): Worker {
  const timer = setInterval(() => {
    for (let said = 0; said < reportsInOneGo; said++) say(surroundings)
  }, pauseMs)
  // Nothing new from now on; what lies in the spool still goes out.
  process.once('SIGUSR2', () => clearInterval(timer))
  return { ...fakeWorker(surroundings), stop: async () => clearInterval(timer) }
}

function say(surroundings: WorkerSurroundings): void {
  const detail = randomUUID()
  const sequence = surroundings.report({ kind: 'tampering', what: 'stream', detail })
  if (sequence > 0) writeSync(ledger, `${sequence} ${detail}\n`)
}
