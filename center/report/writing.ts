import type { ReportInput } from './gather.ts'
import type { Clock } from './times.ts'
import type { ReportWords } from './words/index.ts'

/** What every section is written with. */
export interface Writing {
  readonly input: ReportInput
  readonly words: ReportWords
  readonly clock: Clock
}
