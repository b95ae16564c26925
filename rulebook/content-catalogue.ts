import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { ownContentFiles, readContentRules, type RuleHead, type WrittenRule } from '../detect/index.ts'
import { readTags, ruleMeaning } from '../engine/index.ts'
import { levels } from '../model/index.ts'
import type { CatalogueRule } from './catalogue.ts'

/** A YARA rule of the program with the head that Sigma rules have, for lists of both. */
export interface ContentRuleHead extends RuleHead {
  readonly kind: 'content'
  /** Where it looks. */
  readonly about: 'file' | 'process'
  /** It only leads to other rules. */
  readonly silent: boolean
  readonly text: string
}

/** `folder`: that of all rules. Nothing is compiled. */
export function contentHeads(folder: string): ContentRuleHead[] {
  return writtenRules(folder).map(headOf)
}

/** The YARA rules of the program for people; those that only lead to others are part of these. */
export function contentCatalogue(folder: string): CatalogueRule[] {
  const cases = Map.groupBy(casesBelow(join(folder, 'yara')), one => one.rule)
  return writtenRules(folder).flatMap(rule => {
    const meaning = ruleMeaning.safeParse(rule.head.meaning)
    if (rule.head.silent || !meaning.success) return []
    const { id, title, description = '', about, falsepositives, references, text, tags } = headOf(rule)
    return [
      {
        ...{ id, title, description, about, references, text },
        level: levels.find(one => one === rule.head.level) ?? 'medium',
        class: meaning.data.class,
        ...readTags(tags),
        falsePositives: falsepositives,
        cases: (cases.get(identifierOf(rule)) ?? []).map(({ name, matches }) => ({ name, matches })),
      },
    ]
  })
}

function writtenRules(folder: string): WrittenRule[] {
  return ownContentFiles(join(folder, 'yara')).sources.flatMap(source => [...readContentRules(source).rules])
}

function headOf({ head, meta, text }: WrittenRule): ContentRuleHead {
  const said = (name: string) => meta.filter(([one]) => one === name).map(([, value]) => String(value))
  return {
    kind: 'content',
    id: head.uuid ?? head.id,
    title: head.title,
    description: head.description,
    level: head.level,
    tags: head.tags,
    references: said('references'),
    falsepositives: said('falsepositives'),
    fields: [],
    file: head.file,
    line: head.line,
    about: head.scope === 'memory' ? 'process' : 'file',
    silent: head.silent,
    text,
  }
}

function identifierOf({ head }: WrittenRule): string {
  return head.id.slice(head.id.lastIndexOf('/') + 1)
}

/** What is shown of a case; the contents are for the test. */
const shownCase = z.object({ name: z.string(), rule: z.string(), matches: z.boolean().default(true) })

function casesBelow(folder: string): z.infer<typeof shownCase>[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter(name => name.endsWith('.cases.yml'))
    .sort()
    .flatMap(name => parseAllDocuments(readFileSync(join(folder, name), 'utf8')))
    .flatMap(document => z.array(shownCase).parse(document.toJS({ maxAliasCount: 100 })))
}
