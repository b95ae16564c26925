import { ApiError } from '../../../client/index.ts'

export interface PackProblem {
  /** Counted from 1; absent: it is of no single line. */
  readonly line?: number
  readonly message: string
  /** The line itself. */
  readonly text?: string
}

/** What the center found wrong with a pack, with the lines meant; `undefined`: the error is another. */
export function packProblems(error: unknown, documents: string): readonly PackProblem[] | undefined {
  if (!(error instanceof ApiError) || error.kind !== 'pack-refused') return undefined
  const lines = documents.split('\n')
  return (error.problem?.detail ?? error.message)
    .split('\n')
    .filter(one => one.trim() !== '')
    .map(one => {
      const found = /^line (\d+): (.*)$/s.exec(one)
      if (found === null) return { message: one }
      const line = Number(found[1])
      const text = lines[line - 1]
      return { line, message: found[2] ?? '', ...(text === undefined ? {} : { text }) }
    })
}
