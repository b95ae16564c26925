import type { Level, Reason } from '../message.ts'

/** All that is said in one language. `{host}`, `{level}`, `{title}`, `{count}` are filled in; what they hold is never read again. */
export interface Words {
  readonly levels: Readonly<Record<Level, string>>
  readonly labels: {
    readonly host: string
    readonly group: string
    readonly level: string
    readonly time: string
    readonly type: string
    readonly families: string
    readonly attack: string
    readonly rule: string
    readonly open: string
  }
  readonly severalHosts: string
  /** `{count}` more that are not listed. */
  readonly more: string
  readonly footer: string
  readonly reasons: Readonly<Record<Reason, Saying>>
  /** What to do about an alert that no center knows, by verdict: commands of the host, which stay as they are. */
  readonly onHost: Readonly<Record<'confirmed' | 'suspected' | 'exposure', string>>
}

export interface Saying {
  /** One line: subject of a mail, start of an SMS. */
  readonly subject: string
  readonly sentence: string
  /** What to do. */
  readonly advice: string
}
