import type { Language } from '../message.ts'
import { en } from './en.ts'
import { id } from './id.ts'
import { ja } from './ja.ts'
import type { Words } from './words.ts'
import { zh } from './zh.ts'

export type { Saying, Words } from './words.ts'

export const wordsOf: Readonly<Record<Language, Words>> = { en, zh, ja, id }
