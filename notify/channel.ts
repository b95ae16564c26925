import type { z } from 'zod'
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
  /** How long one try may last; default 15 s. */
  readonly timeoutMs?: number
}

/** One kind of receiver. */
export interface ChannelKind<S extends object> {
  readonly kind: string
  readonly title: string
  /** One sentence: what the service allows, and what we do about it. */
  readonly limits: string
  readonly schema: z.ZodType<S>
  /** Settings that are sealed and never shown. */
  readonly secrets: readonly (keyof S & string)[]
  /** What the service takes in a minute, or what a person can bear. */
  readonly perMinute: number
  /** Things to know about these settings. */
  warnings?(settings: S): string[]
  send(notice: Notice, settings: S, around: Surroundings): Promise<Delivery>
  /** For machines, which want every notice and never a digest: how many fit into one sending. */
  mostAtOnce?(settings: S): number
  /** All or nothing. */
  sendMany?(notices: readonly Notice[], settings: S, around: Surroundings): Promise<Delivery>
}

/** A kind with its settings. */
export interface OpenChannel {
  readonly kind: string
  readonly perMinute: number
  readonly forMachines: boolean
  readonly mostAtOnce: number
  readonly warnings: readonly string[]
  /** Never throws: trouble is a refusal that is worth another try. Secrets do not appear in the detail. */
  send(notices: readonly Notice[], around: Surroundings): Promise<Delivery>
}

export function delivered(detail: string): Delivery {
  return { result: 'delivered', detail }
}

export function refused(detail: string, again: boolean, afterSeconds?: number): Delivery {
  return { result: 'refused', detail, again, ...(afterSeconds === undefined ? {} : { afterSeconds }) }
}
