import { readFileSync } from 'node:fs'
import type { Plan } from '../model/index.ts'
import { openHost } from './host.ts'
import { carryOut } from './run.ts'

/** For tests: carries out a plan and kills itself at one journal entry. Arguments: root, state, plan, entry number, moment. */
const [root = '', state = '', plan = '', number = '0', moment = 'before'] = process.argv.slice(2)
const host = openHost({ root, live: false, state })
await carryOut(JSON.parse(readFileSync(plan, 'utf8')) as Plan, host, {
  watch: at => {
    if (at.number === Number(number) && at.moment === moment) process.kill(process.pid, 'SIGKILL')
  },
})
