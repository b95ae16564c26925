import type { RuleSets, SetName } from './rule-sets.ts'
import { readRuleSets } from './rule-sets.ts'
import {
  type Globals,
  type OpenRules,
  type RuleHit,
  type ScanLimits,
  type YaraEngine,
  ScanTimeout,
} from './yara-engine.ts'

/** A hit under the id that the rule book knows, its strings in the order of their places. */
export interface Hit {
  readonly rule: string
  readonly strings: RuleHit['strings']
  /** Where it lies is to be told. */
  readonly within: boolean
}

/** Sets of rules in use by one thread; each is opened when it is first needed. */
export class OpenedRules {
  readonly #sets: RuleSets
  readonly #engine: YaraEngine
  readonly #limits: ScanLimits
  readonly #open = new Map<SetName, OpenRules | undefined>()
  readonly #silent: ReadonlySet<string>
  readonly #within: ReadonlySet<string>

  constructor(bytes: Uint8Array, engine: YaraEngine, limits: ScanLimits) {
    this.#sets = readRuleSets(bytes)
    const wanted = `${engine.name} ${engine.version}`
    if (this.#sets.engine !== wanted) throw new Error(`rules compiled by ${this.#sets.engine}, and this is ${wanted}`)
    this.#engine = engine
    this.#limits = limits
    this.#silent = new Set(this.#sets.silent)
    this.#within = new Set(this.#sets.within)
  }

  /** Rules that match a content that is seen as a whole. What took too long is noted in `cut`. */
  match(bytes: Uint8Array, globals: Globals, cut: Set<string>): Hit[] {
    const first = this.run('first', bytes, globals, cut)
    if (first.length === 0 || this.#sets.sets.second === undefined) return this.#told(first)
    const found = new Set(first.map(hit => hit.rule))
    if (!Object.values(this.#sets.after).some(leaders => leaders.some(one => found.has(one)))) return this.#told(first)
    return this.following([...first, ...this.run('second', bytes, globals, cut)])
  }

  /** Of hits of both stages those that count. */
  following(hits: readonly Hit[]): Hit[] {
    const found = new Set(hits.map(hit => hit.rule))
    const led = hits.filter(hit => {
      const leaders = this.#sets.after[hit.rule]
      return leaders === undefined || leaders.some(one => found.has(one))
    })
    return this.#told(led)
  }

  run(name: SetName, bytes: Uint8Array, globals: Globals, cut: Set<string>): Hit[] {
    const rules = this.#rules(name)
    if (rules === undefined) return []
    try {
      return rules.scan(bytes, globals).map(hit => hitOf(hit, this.#within))
    } catch (error) {
      if (!(error instanceof ScanTimeout)) throw error
      cut.add('time')
      return []
    }
  }

  close(): void {
    for (const rules of this.#open.values()) rules?.close()
    this.#open.clear()
  }

  #told(hits: readonly Hit[]): Hit[] {
    return hits.filter(hit => !this.#silent.has(hit.rule))
  }

  #rules(name: SetName): OpenRules | undefined {
    if (!this.#open.has(name)) {
      const bytes = this.#sets.sets[name]
      this.#open.set(name, bytes === undefined ? undefined : this.#engine.open(bytes, this.#limits))
    }
    return this.#open.get(name)
  }
}

function hitOf({ namespace, identifier, strings }: RuleHit, within: ReadonlySet<string>): Hit {
  const rule = `${namespace}/${identifier}`
  return { rule, within: within.has(rule), strings: [...strings].sort((a, b) => a.offset - b.offset) }
}
