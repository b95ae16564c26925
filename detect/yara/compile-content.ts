import { createHash } from 'node:crypto'
import about from '../../package.json' with { type: 'json' }
import type { Problem } from '../sigma/rule.ts'
import { contentRuleOf, listOf } from './content-rule.ts'
import type { CompiledContentRules, ContentRule } from './content-scanner.ts'
import { type RuleForm, sizeVariable, writtenAs } from './rule-forms.ts'
import { type RuleSets, writeRuleSets } from './rule-sets.ts'
import type { RuleText } from './rule-text.ts'
import { type ContentSource, readRules, type UsableRules, withoutFaults } from './usable-rules.ts'
import { yaraEngine } from './chosen-engine.ts'
import type { Globals, RuleSource, YaraEngine } from './yara-engine.ts'

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

/** Compiles own rules (namespace `davylamp`) and those of others. What does not compile is left out and told. */
export function compileContentRules(
  { own, foreign = [] }: { own: readonly ContentSource[]; foreign?: readonly ContentSource[] },
  engine: YaraEngine = yaraEngine(),
): CompiledContent {
  const ours = compilable(own, engine)
  const others = compilable(foreign, engine)
  const heads = new Map<RuleText, ContentRule>()
  for (const { text, namespace, file, refused } of [...ours, ...others])
    for (const rule of text.rules)
      if (!rule.private && !refused.has(rule)) heads.set(rule, contentRuleOf(rule, namespace, file))
  return {
    compiled: {
      version: contentVersion([...own, ...foreign], engine),
      files: setsFor(ours, heads, 'files', engine),
      memory: setsFor(ours, heads, 'memory', engine),
      foreign: foreign.length === 0 ? undefined : setsFor(others, heads, 'files', engine),
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

function setsFor(
  files: readonly UsableRules[],
  heads: ReadonlyMap<RuleText, ContentRule>,
  scope: 'files' | 'memory',
  engine: YaraEngine,
): Uint8Array {
  const fits = (rule: RuleText) => {
    const head = heads.get(rule)
    // A private rule is part of those that name it.
    return head === undefined || head.scope === scope || head.scope === 'both'
  }
  const isSecond = (rule: RuleText) => heads.get(rule)?.after !== undefined
  const all = files.flatMap(one => one.text.rules).filter(fits)
  const compile = (form: RuleForm, keep: (rule: RuleText) => boolean) =>
    engine.compile(
      files.map(one => written(one, form, rule => fits(rule) && keep(rule))),
      globals,
    )
  const sets: RuleSets['sets'] = {
    first: compile('whole', rule => !isSecond(rule)),
    ...(all.some(isSecond) && { second: compile('whole', rule => isSecond(rule) || rule.private) }),
    ...(scope === 'files' && {
      strings: compile('strings', rule => !isSecond(rule)),
      gathered: compile('gathered', () => true),
    }),
  }
  const kept = all.map(rule => heads.get(rule)).filter(head => head !== undefined)
  return writeRuleSets({
    engine: `${engine.name} ${engine.version}`,
    after: Object.fromEntries(kept.filter(one => one.after !== undefined).map(one => [one.id, leadersOf(one)])),
    silent: kept.filter(one => one.silent).map(one => one.id),
    within: kept.filter(one => one.within).map(one => one.id),
    sets,
  })
}

function leadersOf({ id, after = '' }: ContentRule): string[] {
  const namespace = id.slice(0, id.lastIndexOf('/'))
  return listOf(after).map(name => `${namespace}/${name}`)
}

function written(
  { source, text, namespace, refused, without }: UsableRules,
  form: RuleForm,
  keep: (rule: RuleText) => boolean,
): RuleSource {
  return { namespace, text: writtenAs(source, text, form, rule => !refused.has(rule) && keep(rule), without) }
}

/** Changes with every byte of the sources, with the engine and with this program: the key of what was compiled, and of what was scanned. */
export function contentVersion(sources: readonly ContentSource[], engine: YaraEngine = yaraEngine()): string {
  const hash = createHash('sha256').update(`${about.version} ${engine.name} ${engine.version}\0`)
  for (const { namespace, text } of sources) hash.update(`${namespace}\0${text.length}\0`).update(text)
  return hash.digest('hex').slice(0, 16)
}
