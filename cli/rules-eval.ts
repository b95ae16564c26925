import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { compileRules, evalLines, loadRuleFiles } from '../detect/index.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { count } from './print/verdict.ts'
import { mustExist } from './must-exist.ts'

/** Evaluates any rules on any events, line by line; `-` reads standard input. */
export async function evalCommand(_: object, context: Context, folder: string, events: string): Promise<ExitCode> {
  mustExist(folder)
  if (events !== '-') mustExist(events)
  const loaded = loadRuleFiles([folder])
  const rules = compileRules(loaded.rules, { foreign: true })
  const broken = loaded.errors.length + rules.errors.length
  if (broken > 0) context.notes.text(`${count(broken, 'rule')} could not be used; to see which: rules check ${folder}`)
  const input = events === '-' ? process.stdin : createReadStream(events)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  for await (const result of evalLines(rules, lines)) {
    // A slow reader slows the evaluation instead of filling the memory.
    if (!process.stdout.write(`${JSON.stringify(result)}\n`)) await once(process.stdout, 'drain')
  }
  return exitCodes.fine
}
