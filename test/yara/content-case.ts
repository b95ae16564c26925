import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { elfPiece } from './elf-piece.ts'

/** A part of a content: bytes that do nothing, with the tell-tale texts in them. */
const piece = z.union([
  z.string(),
  z.strictObject({ hex: z.string() }),
  z.strictObject({ zeros: z.number().max(10_000_000) }),
  /** Bytes that look random, always the same. */
  z.strictObject({ noise: z.number().max(10_000_000) }),
  z.strictObject({ repeat: z.string(), times: z.number().max(10_000) }),
  z.strictObject({ base64Of: z.string() }),
  z.strictObject({ utf16Of: z.string() }),
  /** Texts, each with a zero byte behind it. */
  z.strictObject({ words: z.array(z.string()) }),
  z.strictObject({
    elf: z.enum(['program', 'library', 'module']),
    defines: z.array(z.string()).default([]),
    uses: z.array(z.string()).default([]),
    words: z.array(z.string()).default([]),
  }),
])

const contentCase = z.strictObject({
  name: z.string(),
  /** Identifier of the rule that the case is about. */
  rule: z.string(),
  /** False for a near-miss: then no rule of level medium or above may match but those in `also`. */
  matches: z.boolean().default(true),
  memory: z.boolean().default(false),
  path: z.string().default('/srv/unnamed'),
  content: z.union([piece, z.array(piece)]),
  also: z.array(z.string()).default([]),
})
export type ContentCase = z.infer<typeof contentCase>

/** The cases of every file of rules in a folder. */
export function readContentCases(folder: string): { file: string; cases: ContentCase[] }[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.cases.yml'))
    .sort()
    .map(file => {
      const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'))
      return { file, cases: documents.flatMap(one => z.array(contentCase).parse(one.toJS({ maxAliasCount: 100 }))) }
    })
}

export function contentOf({ content }: ContentCase): Buffer {
  return Buffer.concat((Array.isArray(content) ? content : [content]).map(bytesOf))
}

function bytesOf(one: z.infer<typeof piece>): Buffer {
  if (typeof one === 'string') return Buffer.from(one, 'latin1')
  if ('hex' in one) return Buffer.from(one.hex.replace(/\s/g, ''), 'hex')
  if ('zeros' in one) return Buffer.alloc(one.zeros)
  if ('noise' in one) return noise(one.noise)
  if ('repeat' in one) return Buffer.from(one.repeat.repeat(one.times), 'latin1')
  if ('base64Of' in one) return Buffer.from(Buffer.from(one.base64Of).toString('base64'))
  if ('utf16Of' in one) return Buffer.from(`\ufeff${one.utf16Of}`, 'utf16le')
  if ('elf' in one) return elfPiece({ ...one, type: one.elf })
  return Buffer.from(one.words.map(word => `${word}\0`).join(''), 'latin1')
}

/** A linear congruential generator: the same bytes on every machine. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}
