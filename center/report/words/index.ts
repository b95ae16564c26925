import type { Language } from '../../../model/api/index.ts'
import { en } from './en.ts'
import { id } from './id.ts'
import { ja } from './ja.ts'
import type { ReportWords } from './words.ts'
import { zh } from './zh.ts'

export type { Part, ReportWords, Standing } from './words.ts'

export const wordsOf: Readonly<Record<Language, ReportWords>> = { en, zh, ja, id }
