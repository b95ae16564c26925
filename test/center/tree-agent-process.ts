import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Agent } from '../../agent/agent.ts'
import { makeWorker } from '../../agent/work/index.ts'
import { agentConfig } from '../../model/wire/index.ts'

// The real agent with its real worker and children, whose host is a tree in a folder. `config`: agent.yml as JSON.
const [state = '', root = '', config = ''] = process.argv.slice(2)

const agent = await Agent.start({
  state,
  program: 'davylamp test',
  launcher: join(import.meta.dirname, '..', '..', 'davylamp'),
  readConfig: async () => agentConfig.parse(JSON.parse(readFileSync(config, 'utf8'))),
  makeWorker: surroundings => makeWorker(surroundings, { root, watchedFiles: [] }),
  upgrade: () => Promise.reject(new Error('a tree cannot be upgraded')),
  log: line => void process.stderr.write(`${line}\n`),
  connection: { pauseFactor: 0.05 },
  tickMs: 200,
})
process.on('SIGTERM', () => void agent.stop('restart'))
