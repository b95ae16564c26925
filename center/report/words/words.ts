import type { KnownMoment, KnownReason } from '../../../model/api/index.ts'
import type { ActionKind, FactKind, FindingClass, Level, Outcome, Phase, Proof, Verdict } from '../../../model/index.ts'

/** A number of things; languages without a plural say both alike. */
export interface Counted {
  readonly one: string
  readonly other: string
}

type Said<K extends string> = Readonly<Record<K, string>>

/** What of an incident is counted in its second sentence. */
export type Part = 'processes' | 'starts' | 'connections' | 'files' | 'access' | 'changes'

/** How an incident stands, in its third sentence. */
export type Standing =
  | 'open'
  | 'handling'
  | 'running'
  | 'proven'
  | 'unproven'
  | 'left'
  | 'rebuild'
  | 'partial'
  | 'undone'
  | 'ignored'
  | 'allowed'
  | 'manual'
  | 'handled'
  | 'unseen'

export type EntryWay =
  | 'ssh-password'
  | 'exposed-redis'
  | 'exposed-docker'
  | 'exposed-kubelet'
  | 'web-application'
  | 'web-shell'
  | 'database'
  | 'failed-logins'
  | 'login-key'
  | 'empty-password'
  | 'ssh-session'
  | 'unknown'

/** What the history of an alert and its orders knows besides the moments of the engine. */
export type EventWord =
  | 'opened'
  | 'handling'
  | 'handled'
  | 'ignored'
  | 'allowed'
  | 'reopened'
  | 'gone'
  | 'came-back'
  | 'changed'
  | 'merged'
  | 'comment'
  | 'assigned'
  | 'order-waiting-approval'
  | 'order-approved'
  | 'order-queued'
  | 'order-sent'
  | 'order-accepted'
  | 'order-running'
  | 'order-done'
  | 'order-partial'
  | 'order-refused'
  | 'order-failed'
  | 'order-cancelled'
  | 'order-expired'

/** All that a report says in one language. `{name}` is filled in; what it holds is never read again. */
export interface ReportWords {
  readonly report: string
  readonly sections: Said<
    | 'happened'
    | 'host'
    | 'why'
    | 'entry'
    | 'timeline'
    | 'graph'
    | 'noticed'
    | 'processes'
    | 'planned'
    | 'removed'
    | 'proof'
    | 'final'
    | 'advice'
    | 'blind'
    | 'indicators'
    | 'attack'
    | 'people'
    | 'made'
  >
  readonly sentences: Said<'found' | 'parts' | 'since' | 'alone'> & { readonly standing: Said<Standing> }
  readonly parts: Readonly<Record<Part, Counted>>
  readonly labels: Said<
    | 'verdict'
    | 'level'
    | 'status'
    | 'host'
    | 'systemName'
    | 'system'
    | 'kernel'
    | 'architecture'
    | 'addresses'
    | 'region'
    | 'owner'
    | 'group'
    | 'tags'
    | 'reason'
    | 'about'
    | 'time'
    | 'what'
    | 'subject'
    | 'who'
    | 'process'
    | 'user'
    | 'started'
    | 'cpu'
    | 'step'
    | 'action'
    | 'result'
    | 'run'
    | 'orderedBy'
    | 'approvedBy'
    | 'checked'
    | 'gone'
    | 'how'
    | 'when'
    | 'kind'
    | 'value'
    | 'technique'
    | 'name'
    | 'confidence'
    | 'advice'
    | 'families'
    | 'firstSeen'
    | 'lastSeen'
    | 'page'
    | 'rules'
    | 'program'
    | 'scan'
    | 'plan'
    | 'alert'
    | 'detail'
  >
  readonly notes: Said<
    | 'hostWords'
    | 'conclusive'
    | 'notExact'
    | 'leftOut'
    | 'graphAlt'
    | 'context'
    | 'nothingRemoved'
    | 'planSays'
    | 'noPlan'
    | 'noProof'
    | 'allUndoable'
    | 'finalOnes'
    | 'cannotUndo'
    | 'watched'
    | 'noneBack'
    | 'cameBack'
    | 'later'
    | 'installed'
    | 'notInstalled'
    | 'rebuild'
    | 'nothingLeft'
    | 'noGaps'
    | 'noIndicators'
    | 'noTimeline'
    | 'noWhy'
    | 'command'
    | 'skipped'
    | 'more'
    | 'zone'
    | 'madeBy'
    | 'madeFrom'
    | 'comments'
    | 'noWords'
    | 'yes'
    | 'no'
    | 'center'
    | 'atHost'
  >
  readonly levels: Said<Level>
  readonly verdicts: Said<Verdict>
  readonly statuses: Said<'open' | 'handling' | 'handled' | 'ignored' | 'allowed'>
  readonly classes: Said<FindingClass>
  readonly confidences: Said<'high' | 'medium' | 'low'>
  readonly facts: Said<FactKind>
  readonly reasons: Said<KnownReason>
  readonly moments: Said<KnownMoment>
  readonly events: Said<EventWord>
  readonly ways: Said<EntryWay>
  readonly phases: Said<Phase>
  readonly actions: Said<ActionKind>
  readonly outcomes: Said<Outcome>
  readonly runs: Said<'running' | 'complete' | 'partial' | 'undone' | 'partly-undone'>
  readonly proofs: Said<Proof['result']>
  /** Hashes have the same names everywhere. */
  readonly indicators: Said<'address' | 'domain' | 'wallet' | 'key'>
}
