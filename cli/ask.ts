import { createInterface } from 'node:readline/promises'
import { safeText } from './print/text.ts'

/** Whether there is somebody to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** A question on the terminal; anything but yes is no. */
export async function agreed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question(safeText(`${question} [y/N] `, false))
    return /^\s*y(es)?\s*$/i.test(answer)
  } catch {
    // Ctrl-C or the end of input: no.
    return false
  } finally {
    terminal.close()
  }
}
