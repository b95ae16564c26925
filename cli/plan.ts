import { writeFileSync } from 'node:fs'
import { chosenPlan, type PlanChoice } from './choose-plan.ts'
import { CommandError } from './command-error.ts'
import { sameReading } from './content-options.ts'
import type { Context } from './context.ts'
import type { ExitCode } from './exit-codes.ts'
import { type LookOptions, lookAt } from './look.ts'
import { printPlan } from './print/plan.ts'
import { styled } from './print/page.ts'
import { printScan } from './print/scan.ts'
import { calledAs } from './program-name.ts'
import { exitCodeOf } from './scan.ts'
import { reasonOf } from './state/state-files.ts'

export interface PlanCommandOptions extends LookOptions, PlanChoice {
  readonly out?: string
}

/** Looks, and shows what clean would do. */
export async function planCommand(options: PlanCommandOptions, context: Context): Promise<ExitCode> {
  const look = await lookAt(options, context)
  const plan = chosenPlan(look, options)
  look.close()
  if (options.out !== undefined) write(options.out, `${JSON.stringify(plan, null, 2)}\n`)
  if (context.json) {
    context.print(plan)
  } else if (plan.incidents.length === 0) {
    printScan(look.scan, context.page, sameReading(options))
  } else {
    printPlan(plan, look.scan.incidents, context.page)
    const root = look.live ? '' : ` --root ${look.scan.target.root}`
    const how = options.out === undefined ? '' : ` --plan ${options.out}`
    const include = options.include === undefined ? '' : ` --include ${options.include}`
    context.page.text(
      `To carry it out: ${styled(`${calledAs} clean${root}${how || `${sameReading(options)}${include}`}`, 'strong')}`,
    )
  }
  return exitCodeOf(look.scan.verdict)
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { mode: 0o600 })
  } catch (error) {
    throw new CommandError(`${path} cannot be written: ${reasonOf(error)}`)
  }
}
