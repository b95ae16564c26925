import type { Language, Notice } from './message.ts'

/** What became of one try. `again`: worth another try later (after so many seconds, if the receiver said). */
export type Delivery =
  | { readonly result: 'delivered'; readonly detail: string }
  | { readonly result: 'refused'; readonly detail: string; readonly again: boolean; readonly afterSeconds?: number }

/** What a channel may use besides its settings. */
export interface Surroundings {
  readonly language: Language
  readonly signal: AbortSignal
  readonly now: () => Date
}

/** One kind of receiver. Settings are checked by its schema; those that are secret are named, so that they are sealed and never shown. */
export interface ChannelKind<S> {
  readonly kind: string
  /** Parses settings; throws with a plain message. */
  settings(value: unknown): S
  readonly secrets: readonly (keyof S & string)[]
  send(notice: Notice, settings: S, around: Surroundings): Promise<Delivery>
  /** Several at once (digest); absent: a digest is one notice of its own. */
  sendMany?(notices: readonly Notice[], settings: S, around: Surroundings): Promise<Delivery>
}
