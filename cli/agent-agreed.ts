import { agreed, canAsk } from './ask.ts'
import type { Context } from './context.ts'

/** Whether it may be done: `--yes`, or yes on a terminal. Without either nothing is changed, and that is said. */
export async function agreedTo(
  question: string,
  { yes, command }: { readonly yes: boolean | undefined; readonly command: string },
  context: Context,
): Promise<boolean> {
  if (yes === true) return true
  if (canAsk() && !context.json) return await agreed(question)
  context.notes.text(`Nothing was changed. To do it: ${command} --yes`)
  return false
}
