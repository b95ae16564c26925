import { listOf } from './content-rule.ts'
import type { ContentRule } from './content-scanner.ts'
import { type RuleForm, writtenAs } from './rule-forms.ts'
import { needsOf, type RuleNeeds } from './rule-needs.ts'
import { RuleSelection } from './rule-selection.ts'
import { type RuleSets, writeRuleSets } from './rule-sets.ts'
import type { RuleText } from './rule-text.ts'
import { rulesWithSharedStrings } from './shared-strings.ts'
import type { UsableRules } from './usable-rules.ts'
import type { Globals, YaraEngine } from './yara-engine.ts'

export interface RulesToCompile {
  readonly files: readonly UsableRules[]
  /** Of the rules whose matches count. */
  readonly heads: ReadonlyMap<RuleText, ContentRule>
  readonly engine: YaraEngine
  readonly globals: Globals
  /** Contents of up to so many bytes are never seen in parts. */
  readonly whole: number
}

/** Sorts rules into the sets that a scan opens, and compiles each in the form that it needs. */
export class RuleSetCompiler {
  readonly #given: RulesToCompile
  readonly #selection: RuleSelection
  readonly #needs = new Map<RuleText, RuleNeeds>()
  readonly #sharing: ReadonlySet<RuleText>

  constructor(given: RulesToCompile) {
    this.#given = given
    this.#selection = new RuleSelection(given.files)
    this.#sharing = rulesWithSharedStrings(given.files)
    for (const { source, text } of given.files)
      for (const rule of text.rules) this.#needs.set(rule, needsOf(source.slice(rule.condition, rule.end - 1)))
  }

  /** All that are for files, or for memory of processes. */
  compile(scope: 'files' | 'memory'): Uint8Array {
    return this.#setsOf(this.#rulesFor(scope), scope)
  }

  /** As for files, those apart that match nothing but programs of Windows: half of most collections, and nearly no file of a Linux server. */
  compileByBeginning(): Uint8Array[] {
    const rules = this.#rulesFor('files')
    const isWindows = (rule: RuleText) => !rule.global && this.#needs.get(rule)?.windows === true
    const windows = rules.filter(isWindows)
    const others = rules.filter(rule => !isWindows(rule))
    return [
      ...(others.length === 0 ? [] : [this.#setsOf(others, 'files')]),
      ...(windows.length === 0 ? [] : [this.#setsOf(windows, 'files', 'MZ')]),
    ]
  }

  #rulesFor(scope: 'files' | 'memory'): RuleText[] {
    const { files, heads } = this.#given
    return files.flatMap(one => one.text.rules).filter(rule => [scope, 'both'].includes(heads.get(rule)?.scope ?? ''))
  }

  #setsOf(told: readonly RuleText[], scope: 'files' | 'memory', begins = ''): Uint8Array {
    const { heads, engine, whole } = this.#given
    const isSecond = (rule: RuleText) => heads.get(rule)?.after !== undefined
    const inParts = told.filter(rule => (this.#needs.get(rule)?.largest ?? 0) > whole)
    const asksForSize = (rule: RuleText) => [...this.#selection.withNeeded([rule])].some(one => one.sizes.length > 0)
    const compile = (form: RuleForm, rules: readonly RuleText[]) => this.#compiled(form, rules)
    const sets: RuleSets['sets'] = {
      first: compile(
        'whole',
        told.filter(rule => !isSecond(rule)),
      ),
      ...(told.some(isSecond) && { second: compile('whole', told.filter(isSecond)) }),
      ...(scope === 'files' &&
        inParts.length > 0 && {
          strings: compile('strings', inParts),
          gathered: compile('gathered', inParts.filter(asksForSize)),
        }),
    }
    const isTold = new Set(told)
    const kept = [...this.#selection.withNeeded(told)]
    const idOf = (rule: RuleText) => heads.get(rule)?.id ?? []
    return writeRuleSets({
      engine: `${engine.name} ${engine.version}`,
      whole,
      begins,
      after: Object.fromEntries(
        told.flatMap(rule => {
          const head = heads.get(rule)
          return head?.after === undefined ? [] : [[head.id, leadersOf(head)]]
        }),
      ),
      silent: kept.filter(rule => !isTold.has(rule) || heads.get(rule)?.silent === true).flatMap(idOf),
      within: told.filter(rule => heads.get(rule)?.within === true).flatMap(idOf),
      sized: told.filter(asksForSize).flatMap(idOf),
      sets,
    })
  }

  #compiled(form: RuleForm, rules: readonly RuleText[]): Uint8Array {
    const { files, heads, engine, globals } = this.#given
    const selected = this.#selection.withNeeded(rules)
    const keep = (rule: RuleText) => selected.has(rule) && (form !== 'strings' || heads.get(rule)?.after === undefined)
    return engine.compile(
      files.map(({ source, text, namespace, refused, without }) => ({
        namespace,
        text: writtenAs(source, text, {
          form,
          keep: rule => !refused.has(rule) && keep(rule),
          without,
          veiled: this.#sharing,
        }),
      })),
      globals,
    )
  }
}

function leadersOf({ id, after = '' }: ContentRule): string[] {
  const namespace = id.slice(0, id.lastIndexOf('/'))
  return listOf(after).map(name => `${namespace}/${name}`)
}
