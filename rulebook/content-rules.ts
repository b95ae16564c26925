import {
  type CompiledContent,
  type ContentFiles,
  type ContentRule,
  foreignContentFiles,
  ownContentFiles,
  type Problem,
  readContentRules,
} from '../detect/index.ts'
import { type JudgingRule, ruleMeaning } from '../engine/index.ts'
import { type ContentMatch, type Level, levels } from '../model/index.ts'

/** YARA rules of a scan: nothing of them is read before it is asked for, since most scans of clean hosts never ask. */
export interface ContentBook {
  /**
   * Compiled, from the folder where compiled rules are kept if they are there and can be trusted; else they are compiled, and kept.
   * `apart` may have another process do that before.
   */
  compiled(keptIn?: string, apart?: () => Promise<void>): Promise<CompiledContent>
  /** There are rules of others among them. */
  readonly hasForeign: boolean
  /** What a match is worth; `undefined` for one of a rule that is not known any more. */
  judging(match: ContentMatch): JudgingRule | undefined
}

export function openContentRules(ownFolder: string, foreignPaths: readonly string[]): ContentBook {
  let files: Sources | undefined
  let compiled: Promise<CompiledContent> | undefined
  let known: readonly ContentRule[] | undefined
  let heads: ReadonlyMap<string, ContentRule> | undefined
  const sources = () => (files ??= readSources(ownFolder, foreignPaths))
  return {
    get hasForeign() {
      return sources().foreign.length > 0
    },
    compiled(keptIn, apart) {
      compiled ??= compiledOf(sources(), keptIn, apart).then(content => {
        known = content.compiled.rules
        return content
      })
      return compiled
    },
    judging(match) {
      heads ??= new Map((known ?? headsOf(sources())).map(rule => [rule.id, rule]))
      const rule = heads.get(match.rule)
      return rule === undefined ? undefined : judgingRule(rule, match)
    },
  }
}

interface Sources {
  readonly own: ContentFiles['sources']
  readonly foreign: ContentFiles['sources']
  readonly problems: readonly Problem[]
}

function readSources(ownFolder: string, foreignPaths: readonly string[]): Sources {
  const own = ownContentFiles(ownFolder)
  const foreign = foreignPaths.map(foreignContentFiles)
  return {
    own: own.sources,
    foreign: foreign.flatMap(one => one.sources),
    problems: [own, ...foreign].flatMap(one => one.problems),
  }
}

async function compiledOf(
  { own, foreign, problems }: Sources,
  keptIn: string | undefined,
  apart: (() => Promise<void>) | undefined,
): Promise<CompiledContent> {
  const yara = await import('../detect/yara/index.ts')
  const found = () =>
    keptIn === undefined ? undefined : yara.keptRules(keptIn, yara.contentVersion([...own, ...foreign]))
  let kept = found()
  if (kept === undefined && apart !== undefined) {
    await apart()
    kept = found()
  }
  if (kept !== undefined) return { ...kept, problems: [...problems, ...kept.problems] }
  const content = yara.compileContentRules({ own, foreign })
  try {
    if (keptIn !== undefined) yara.keepRules(keptIn, content)
  } catch {
    // A state folder that cannot be written to costs the time of compiling, each time.
  }
  return { ...content, problems: [...problems, ...content.problems] }
}

function headsOf({ own, foreign }: Sources): ContentRule[] {
  return [...own, ...foreign].flatMap(source => readContentRules(source).rules.map(rule => rule.head))
}

function judgingRule(rule: ContentRule, match: ContentMatch): JudgingRule | undefined {
  if (rule.silent) return undefined
  const { id, title, level, tags, foreign } = rule
  const meaning = foreign ? undefined : ruleMeaning.safeParse(rule.meaning)
  // An own rule without a valid meaning is a fault that the test over all rules finds; it accuses nobody.
  if (meaning?.success === false) return undefined
  return {
    id: foreign ? id : (rule.uuid ?? id),
    title: foreign ? `${title} (${id.slice(0, id.lastIndexOf('/'))})` : title,
    level: foreign ? foreignContentLevel(level) : (levels.find(one => one === level) ?? 'medium'),
    tags: foreign ? [] : tags,
    meaning: meaning?.data ?? ruleMeaning.parse({ class: 'content', because: foreignBecause }),
    values: {
      words: match.words,
      ...(match.member !== undefined && { member: match.member }),
      ...(match.offset !== undefined && { offset: String(match.offset) }),
    },
  }
}

/** Collections say what their rules are worth in words, in points of a hundred or not at all. */
function foreignContentLevel(said: string): Level {
  const words: Readonly<Record<string, Level>> = { informational: 'informational', info: 'informational', low: 'low' }
  return words[said.toLowerCase()] ?? 'medium'
}

const foreignBecause = 'A rule of others recognises the content: {words}'
