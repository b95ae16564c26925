import type { LoginEvent } from '../../model/index.ts'
import { type Detections, keyOf } from './detections.ts'
import type { Looks } from './looks.ts'
import { isAlarming } from './verdict.ts'

/** Attempts to log in: told when rules find them alarming, one for each address and account. */
export function judgeLogins(looks: Looks, detections: Pick<Detections, 'note'>, events: readonly LoginEvent[]): void {
  for (const event of events) {
    const findings = looks.judge(event).filter(isAlarming)
    if (findings.length === 0) continue
    const { address, account } = event
    detections.note({
      key: keyOf('login', `${address ?? ''} ${account ?? ''}`),
      verdict: 'suspected',
      subject: {
        kind: 'login',
        ...(address === undefined ? {} : { address }),
        ...(account === undefined ? {} : { account }),
      },
      chain: [],
      findings,
      sinceMs: Date.parse(event.at),
    })
  }
}
