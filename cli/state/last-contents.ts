import { join } from 'node:path'
import { z } from 'zod'
import { readOptional, writeState } from './state-files.ts'

/** How far the last full scan of a target came: what the next one expects, and whether it goes on with it. */
const lastContents = z.object({
  format: z.literal('davylamp-contents'),
  version: z.literal(1),
  began: z.string(),
  ended: z.boolean(),
  files: z.number(),
  bytes: z.number(),
  cached: z.number(),
  seconds: z.number(),
})
export type LastContents = z.infer<typeof lastContents>

export function readLastContents(folder: string): LastContents | undefined {
  try {
    const text = readOptional(join(folder, 'last.json'))
    return text === undefined ? undefined : lastContents.parse(JSON.parse(text))
  } catch {
    // Cut by a crash: it only helps to say how long something takes.
    return undefined
  }
}

/** What cannot be written costs an estimate; the cache says so already. */
export function rememberContents(folder: string, last: Omit<LastContents, 'format' | 'version'>): void {
  try {
    writeState(join(folder, 'last.json'), { format: 'davylamp-contents', version: 1, ...last })
  } catch {
    return
  }
}
