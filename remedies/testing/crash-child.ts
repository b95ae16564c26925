import { readFileSync } from 'node:fs'
import type { Plan } from '../../model/index.ts'
import { openHost } from '../host.ts'
import type { JournalWatch } from '../journal.ts'
import { carryOut } from '../run.ts'
import { listRuns } from '../run-record.ts'
import { undoRun } from '../undo.ts'

/**
 * For tests: carries out a plan, or undoes the only run, and kills itself at one journal entry. Arguments: root, state, plan
 * (or `undo`), entry number, moment, `live` for a running host.
 */
const [root = '', state = '', plan = '', number = '0', moment = 'before', live] = process.argv.slice(2)
const host = openHost({ root, live: live === 'live', state })
const watch: JournalWatch = at => {
  if (at.number === Number(number) && at.moment === moment) process.kill(process.pid, 'SIGKILL')
}
if (plan === 'undo') await undoRun(listRuns(state)[0]?.id ?? '', host, { watch })
else await carryOut(JSON.parse(readFileSync(plan, 'utf8')) as Plan, host, { watch })
