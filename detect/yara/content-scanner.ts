import type { ContentMatch } from '../../model/index.ts'

/** Rules as bytes that can be handed to another thread, and what each of them is worth. */
export interface CompiledContentRules {
  /** Hash over everything that went in: part of the key of a cache of scanned files. */
  readonly version: string
  /** Of this program's own rules, for files. */
  readonly files: Uint8Array
  /** Of this program's own rules, for memory of processes. */
  readonly memory: Uint8Array
  /** Rules of others, in parts that are opened when they are needed. They look only at what is suspicious already, unless all rules are asked for. */
  readonly foreign: readonly Uint8Array[]
  readonly rules: readonly ContentRule[]
}

/** The head of one YARA rule: its `meta` section, checked. */
export interface ContentRule {
  /** `NAMESPACE/IDENTIFIER`, as `ContentMatch.rule` has it. */
  readonly id: string
  readonly title: string
  readonly description: string
  readonly level: string
  /** `attack.t1496`, `family.kinsing`. */
  readonly tags: readonly string[]
  /** What `davylamp:` says in a Sigma rule: class, specific, conclusive, because, remedy. Nothing of it counts in rules of others. */
  readonly meaning: Readonly<Record<string, unknown>>
  /** Its `id` in meta: what findings, allowlists and the catalogue know an own rule by. */
  readonly uuid?: string | undefined
  /** `scope` in meta: `for` is a word of YARA's own. */
  readonly scope: 'files' | 'memory' | 'both'
  /** Identifier of the rule after whose match it looks at the same content. */
  readonly after?: string | undefined
  /** Only leads to rules that come after it; its own matches are not told. */
  readonly silent: boolean
  /** What it recognises may lie within a file that is innocent otherwise: its matches say where. */
  readonly within: boolean
  readonly foreign: boolean
  readonly file: string
  readonly line: number
}

/** What one look into a content gave. */
export interface ContentLook {
  readonly matches: readonly ContentMatch[]
  /**
   * What was not looked at: `limit` (matches, members, bytes), `time`, `changed` (it changed while it was read), `unreadable`; in archives
   * `damaged`, `encrypted`, and `nested` for an archive in an archive, which is not opened.
   */
  readonly cut: readonly string[]
}

/** What rules of others may ask about a file in their conditions, as text; absent: empty. */
export interface ContentOrigin {
  readonly path?: string | undefined
  readonly owner?: string | undefined
}

/** One in each thread, because none of it may be shared. Every call is synchronous. */
export interface ContentScanner {
  /** One buffer that holds the whole content or a chunk of it. The bytes may be overwritten afterwards. */
  scan(bytes: Uint8Array, which?: 'own' | 'foreign' | 'all', origin?: ContentOrigin): ContentLook
  /** As `scan`, of a whole content, and what lies in it if it is an archive, one level deep. The bytes stay as they are meanwhile. */
  scanContent(bytes: Uint8Array, which?: 'own' | 'foreign' | 'all', origin?: ContentOrigin): ContentLook
  /**
   * All of an open regular file, in chunks that overlap, one archive level deep; its buffer is reused. `size` as fstat said. `read` is shown
   * each piece in order, for whoever hashes them: the file is read once.
   */
  scanFile(
    descriptor: number,
    size: number,
    which?: 'own' | 'foreign' | 'all',
    origin?: ContentOrigin,
    read?: (piece: Uint8Array) => void,
  ): ContentLook
  /** Ends the use of its buffers. */
  close(): void
}
