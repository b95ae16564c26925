import { agreed, canAsk } from '../ask.ts'
import type { Context } from '../context.ts'

/** Whether to go on: said before, or asked now. Without a terminal and without --yes nothing is done, and that is said. */
export async function sure({ yes }: { readonly yes?: boolean }, context: Context, question: string): Promise<boolean> {
  if (yes === true) return true
  if (context.json || !canAsk()) {
    context.notes.text(`${question} Nothing was done: say --yes.`)
    return false
  }
  if (await agreed(question)) return true
  context.notes.text('Nothing was done.')
  return false
}
