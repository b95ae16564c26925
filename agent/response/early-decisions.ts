import type { Detection, PreventionState, Response, ResponseKind } from '../../model/index.ts'
import type { ResponseConfig } from '../../model/wire/index.ts'
import { decide, type HourCounts } from './policy.ts'

/** What is worth a child, before anybody has looked. */
export interface EarlyDecisions {
  /** Addresses may be blocked at once. */
  readonly addresses: boolean
  /** Something may be done about the incident. */
  readonly incident: boolean
  /** What can be said already: of responses that the detection itself asks for and that may not be. */
  readonly told: readonly Response[]
}

const incidentKinds = ['kill-process', 'disarm-autostart', 'quarantine-file', 'clean'] as const satisfies ResponseKind[]

/** Asks the policy about what a detection names. Whoever does something asks again for each thing that it touches. Pure. */
export function earlyDecisions(
  detection: Detection,
  config: ResponseConfig,
  mode: PreventionState['mode'],
  counts: HourCounts,
  now: Date,
): EarlyDecisions {
  const { subject, chain, verdict, examination } = detection
  const paths = examination?.path === undefined ? [] : [examination.path]
  const ask = (kind: ResponseKind) => decide({ kind, subject, chain, verdict, paths }, config, mode, counts, now)
  const mayBlock = ask('block-address').may && subject.kind !== 'file'
  const mayHandle = subject.kind !== 'login' && incidentKinds.some(kind => ask(kind).may)
  const told = (mayHandle ? [] : wantedOf(detection))
    .filter(kind => kind !== 'block-address' || !mayBlock)
    .flatMap((kind): Response[] => {
      const decision = ask(kind)
      return decision.may ? [] : [{ kind, at: now.toISOString(), outcome: decision.outcome, detail: decision.detail }]
    })
  return { addresses: mayBlock, incident: mayHandle, told }
}

/** What a detection of its kind asks for, if nobody has done it yet. */
function wantedOf({ subject, responses }: Detection): ResponseKind[] {
  const done = responses.some(one => one.outcome === 'done')
  const address: ResponseKind[] = subject.address === undefined ? [] : ['block-address']
  switch (subject.kind) {
    case 'process':
    case 'load':
    case 'connection':
      return [...(done || subject.pid === undefined ? [] : (['kill-process'] as const)), ...address]
    case 'autostart':
      return ['disarm-autostart', ...address]
    case 'file':
      return ['quarantine-file']
    case 'login':
      return address
  }
}
