import { z } from 'zod'
import { action, phases } from './action.ts'
import { gap } from './gap.ts'

/** What became of one action. */
export const outcomes = [
  'planned',
  /** The undo is on disk; the change may or may not have been made. */
  'prepared',
  'done',
  /** It was so before we came. */
  'already-done',
  /** The object is not what the plan saw; nothing was touched. */
  'changed-since',
  'failed',
  /** Not tried: what it depends on did not succeed, or it needs a running system. */
  'skipped',
  'undone',
] as const
export type Outcome = (typeof outcomes)[number]

/** One line of `journal.jsonl`. Each is fsynced before what it announces happens. */
export const journalEntry = z.discriminatedUnion('entry', [
  z.object({
    entry: z.literal('run'),
    version: z.literal(1),
    run: z.string(),
    at: z.string(),
    plan: z.string(),
    root: z.string(),
    live: z.boolean(),
    program: z.string(),
    /** Names this boot (/proc/sys/kernel/random/boot_id): pids of another boot mean nothing. */
    boot: z.string().optional(),
  }),
  /** An action that was not in the plan but follows from one (a process that joined the frozen set). */
  z.object({
    entry: z.literal('added'),
    number: z.number(),
    phase: z.enum(phases),
    action,
    reason: z.string(),
    at: z.string(),
  }),
  /** Written before the change: all that undo needs. */
  z.object({ entry: z.literal('prepared'), number: z.number(), undo: z.unknown(), at: z.string() }),
  z.object({
    entry: z.literal('outcome'),
    number: z.number(),
    outcome: z.enum(outcomes),
    detail: z.string().optional(),
    at: z.string(),
  }),
  z.object({ entry: z.literal('undo'), number: z.number(), at: z.string() }),
  z.object({
    entry: z.literal('undone'),
    number: z.number(),
    outcome: z.enum(['undone', 'changed-since', 'failed', 'final']),
    detail: z.string().optional(),
    at: z.string(),
  }),
  z.object({ entry: z.literal('ended'), result: z.string(), at: z.string() }),
])
export type JournalEntry = z.infer<typeof journalEntry>

/** The state of one action of a run, as the journal adds up to it. */
export const actionState = z.object({
  number: z.number(),
  phase: z.enum(phases),
  action,
  reason: z.string(),
  outcome: z.enum(outcomes),
  detail: z.string().optional(),
  undoable: z.boolean(),
})
export type ActionState = z.infer<typeof actionState>

/** The re-check after a run: what was looked at, what is gone, what to watch until when. */
export const proof = z.object({
  format: z.literal('davylamp-proof'),
  version: z.literal(1),
  run: z.string(),
  at: z.string(),
  /** `clean`, `left` (something is still there or came back), `unproven` (gaps too large), `rebuild-advised`. */
  result: z.enum(['clean', 'left', 'unproven', 'rebuild-advised']),
  checked: z.array(z.object({ what: z.string(), gone: z.boolean(), how: z.string(), detail: z.string().optional() })),
  /** Anything that appeared during the watch. */
  respawned: z.array(z.string()),
  watchedSeconds: z.number(),
  remains: z.array(z.object({ what: z.string(), why: z.string(), advice: z.string() })),
  gaps: z.array(gap),
  laterLooks: z.array(z.object({ when: z.string(), at: z.string().optional(), installed: z.boolean() })),
})
export type Proof = z.infer<typeof proof>

/** A run with what became of each of its actions. */
export const run = z.object({
  format: z.literal('davylamp-run'),
  version: z.literal(1),
  id: z.string(),
  at: z.string(),
  plan: z.string(),
  root: z.string(),
  live: z.boolean(),
  /** `running` (or killed while running), `complete`, `partial`, `undone`, `partly-undone`. */
  state: z.enum(['running', 'complete', 'partial', 'undone', 'partly-undone']),
  incidents: z.array(z.string()),
  actions: z.array(actionState),
  proof: proof.optional(),
})
export type Run = z.infer<typeof run>
