/** Values of what rules call external variables: `filename`, `filepath` … */
export type Globals = Readonly<Record<string, string | number | boolean>>

export interface RuleSource {
  readonly namespace: string
  readonly text: string
}

/** What a compiler has against a source. */
export interface Fault {
  /** From 1; absent where the compiler names no line. */
  readonly line?: number | undefined
  readonly message: string
}

/** One string of a rule in a content. */
export interface StringHit {
  readonly offset: number
  readonly length: number
}

/** A rule that matched, with the hits of all its strings. */
export interface RuleHit {
  readonly namespace: string
  readonly identifier: string
  readonly strings: readonly StringHit[]
}

export interface ScanLimits {
  /** Whole seconds: finer is not measured by YARA-X. WebAssembly has no clock that could interrupt it. */
  readonly seconds: number
  /** Hits of one string after which it is searched no more: `#s` counts no further. */
  readonly hitsPerString: number
}

/** Compiled rules, ready to look. Belongs to one thread. */
export interface OpenRules {
  /** Throws `ScanTimeout` when the time is over. Globals stay set for the next call. */
  scan(bytes: Uint8Array, globals?: Globals): RuleHit[]
  close(): void
}

/** YARA-X as this program needs it: the native binding, or WebAssembly where there is none. */
export interface YaraEngine {
  readonly name: 'native' | 'wasm'
  /** Compiled rules of another version are refused by it, or worse: it is part of what they are kept under. */
  readonly version: string
  /** Empty: the text compiles. */
  check(text: string, globals: Globals): Fault[]
  /** Throws when a source has a fault. */
  compile(sources: readonly RuleSource[], globals: Globals): Uint8Array
  /** `compiled` must come from `compile` of the same engine and version, over a path that nobody else writes to. */
  open(compiled: Uint8Array, limits: ScanLimits): OpenRules
}

/** A content took longer than its time. What matched until then is not known. */
export class ScanTimeout extends Error {
  override readonly name = 'ScanTimeout'
}
