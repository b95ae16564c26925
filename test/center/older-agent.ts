import { Agent } from '../../agent/agent.ts'
import { fakeWorker } from '../../agent/testing/fake-worker.ts'
import { agentConfig, type Report } from '../../model/wire/index.ts'

// An agent of the version before: another number, fewer abilities, and a kind of report that nobody knows any more, between two that
// everybody knows.
const [state = '', center = ''] = process.argv.slice(2)
const known = (detail: string): Report => ({ kind: 'tampering', what: 'older', detail })
const forgotten = { kind: 'weather', detail: 'rain' } as unknown as Report

const agent = await Agent.start({
  state,
  program: 'davylamp 0.0.9',
  launcher: '/bin/false',
  readConfig: async () => agentConfig.parse({ center }),
  makeWorker: surroundings => {
    for (const one of [known('before'), forgotten, known('after')]) surroundings.report(one)
    return { ...fakeWorker(surroundings), capabilities: ['scan', 'scan:quick'] }
  },
  upgrade: async () => {},
  log: line => void process.stderr.write(`${line}\n`),
})
process.on('SIGTERM', () => void agent.stop('shutdown'))
