import { createHash } from 'node:crypto'
import about from '../../package.json' with { type: 'json' }
import type { Problem } from '../sigma/rule.ts'
import { contentRuleOf } from './content-rule.ts'
import type { CompiledContentRules, ContentRule } from './content-scanner.ts'
import { sizeVariable } from './rule-forms.ts'
import { RuleSetCompiler } from './rule-set-compiler.ts'
import { seenWhole } from './rule-sets.ts'
import type { RuleText } from './rule-text.ts'
import { type ContentSource, readRules, type UsableRules, withoutFaults } from './usable-rules.ts'
import { yaraEngine } from './chosen-engine.ts'
import type { Globals, YaraEngine } from './yara-engine.ts'

/** External variables that collections of rules expect, as LOKI and THOR define them; a scan sets what it knows. */
export const globals: Globals = {
  filename: '',
  filepath: '',
  extension: '',
  filetype: '',
  owner: '',
  [sizeVariable]: 0,
}

export interface CompiledContent {
  readonly compiled: CompiledContentRules
  /** What was left out, and why. */
  readonly problems: readonly Problem[]
}

/**
 * Compiles own rules (namespace `davylamp`) and those of others. What does not compile is left out and told. Scanners that use them see
 * contents of up to `whole` bytes at once, or of more.
 */
export function compileContentRules(
  { own, foreign = [] }: { own: readonly ContentSource[]; foreign?: readonly ContentSource[] },
  engine: YaraEngine = yaraEngine(),
  whole = seenWhole,
): CompiledContent {
  const ours = compilable(own, engine)
  const others = compilable(foreign, engine)
  const heads = new Map<RuleText, ContentRule>()
  for (const { text, namespace, file, refused } of [...ours, ...others])
    for (const rule of text.rules)
      if (!rule.private && !refused.has(rule)) heads.set(rule, contentRuleOf(rule, namespace, file))
  const compilerOf = (files: readonly UsableRules[]) => new RuleSetCompiler({ files, heads, engine, globals, whole })
  const oursCompiler = compilerOf(ours)
  return {
    compiled: {
      version: contentVersion([...own, ...foreign], engine),
      files: oursCompiler.compile('files'),
      memory: oursCompiler.compile('memory'),
      foreign: compilerOf(others).compileByBeginning(),
      rules: [...heads.values()].filter(rule => !rule.silent),
    },
    problems: [...ours, ...others].flatMap(one => one.problems),
  }
}

/** What compileContentRules would leave out, and how many rules it would use, for a third of the work. */
export function checkContentRules(
  sources: readonly ContentSource[],
  engine: YaraEngine = yaraEngine(),
): { readonly rules: number; readonly problems: readonly Problem[] } {
  const files = compilable(sources, engine)
  const used = files.flatMap(one => one.text.rules.filter(rule => !rule.private && !one.refused.has(rule)))
  return { rules: used.length, problems: files.flatMap(one => one.problems) }
}

/** One compilation decides for all; only where it fails is every file asked on its own. */
function compilable(sources: readonly ContentSource[], engine: YaraEngine): UsableRules[] {
  const read = sources.map(readRules)
  try {
    engine.compile(
      read.map(one => ({ namespace: one.namespace, text: one.source })),
      globals,
    )
    return read
  } catch {
    return read.map(one => withoutFaults(one, engine, globals))
  }
}

/** Changes with every byte of the sources, with the engine and with this program: the key of what was compiled, and of what was scanned. */
export function contentVersion(sources: readonly ContentSource[], engine: YaraEngine = yaraEngine()): string {
  const hash = createHash('sha256').update(`${about.version} ${engine.name} ${engine.version}\0`)
  for (const { namespace, text } of sources) hash.update(`${namespace}\0${text.length}\0`).update(text)
  return hash.digest('hex').slice(0, 16)
}
