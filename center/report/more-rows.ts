import { type Block, quiet } from './blocks.ts'
import { fill } from './fill.ts'

/** More lines than that say less; the center has all of them. */
export const mostRows = 200

export function more(count: number, sentence: string): Block[] {
  return count <= mostRows ? [] : [{ kind: 'paragraph', line: [quiet(fill(sentence, { n: count - mostRows }))] }]
}
