import { sameReading } from './content-options.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { type LookOptions, lookAt } from './look.ts'
import { printScan } from './print/scan.ts'
import type { Scan } from '../model/index.ts'

/** Looks at a host and says what is there. Changes nothing. */
export async function scanCommand(options: LookOptions, context: Context): Promise<ExitCode> {
  const look = await lookAt(options, context)
  if (context.json) context.print(look.scan)
  else printScan(look.scan, context.page, sameReading(options))
  look.close()
  return exitCodeOf(look.scan.verdict)
}

export function exitCodeOf(verdict: Scan['verdict']): ExitCode {
  if (verdict === 'confirmed') return exitCodes.confirmed
  return verdict === 'nothing' ? exitCodes.fine : exitCodes.suspected
}
