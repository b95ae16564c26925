import type { RuleSets, SetName } from './rule-sets.ts'
import { readRuleSets } from './rule-sets.ts'
import { sizeVariable } from './rule-forms.ts'
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
  readonly #sized: ReadonlySet<string>

  constructor(bytes: Uint8Array, engine: YaraEngine, limits: ScanLimits) {
    this.#sets = readRuleSets(bytes)
    const wanted = `${engine.name} ${engine.version}`
    if (this.#sets.engine !== wanted) throw new Error(`rules compiled by ${this.#sets.engine}, and this is ${wanted}`)
    this.#engine = engine
    this.#limits = limits
    this.#silent = new Set(this.#sets.silent)
    this.#within = new Set(this.#sets.within)
    this.#sized = new Set(this.#sets.sized)
  }

  /** Contents of more bytes may be seen in parts. */
  get whole(): number {
    return this.#sets.whole
  }

  /** Whether any of them may match what begins so. Rules that are never needed are never opened. */
  fits(bytes: Uint8Array): boolean {
    const { begins } = this.#sets
    for (let at = 0; at < begins.length; at++) if (bytes[at] !== begins.charCodeAt(at)) return false
    return true
  }

  /** Rules that match a content that is seen as a whole. What took too long is noted in `cut`. */
  match(bytes: Uint8Array, globals: Globals, cut: Set<string>): Hit[] {
    if (!this.fits(bytes)) return []
    return this.#following(this.run('first', bytes, globals, cut), () => this.run('second', bytes, globals, cut))
  }

  /** Rules that match a content of `size` bytes of which these are the parts that matter. */
  matchGathered(bytes: Uint8Array, size: number, globals: Globals, cut: Set<string>): Hit[] {
    if (this.#sets.sets.strings === undefined) return []
    const without = (hits: readonly Hit[]) => hits.filter(hit => !this.#sized.has(hit.rule))
    const first = without(this.run('first', bytes, globals, cut))
    const sized = this.run('gathered', bytes, { ...globals, [sizeVariable]: size }, cut)
    return this.#following([...first, ...sized], () => without(this.run('second', bytes, globals, cut)))
  }

  /** Hits that count: of rules that come after others only behind one of those. */
  #following(first: readonly Hit[], second: () => Hit[]): Hit[] {
    const { after, sets } = this.#sets
    const led = (hits: readonly Hit[]) => {
      const found = new Set(hits.map(hit => hit.rule))
      return hits.filter(({ rule }) => after[rule] === undefined || after[rule].some(one => found.has(one)))
    }
    const found = new Set(first.map(hit => hit.rule))
    const leads = sets.second !== undefined && Object.values(after).some(leaders => leaders.some(one => found.has(one)))
    // What was compiled with a rule because that names it has been seen already.
    const further = leads ? second().filter(({ rule }) => after[rule] !== undefined) : []
    return led([...first, ...further]).filter(hit => !this.#silent.has(hit.rule))
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
