import { proof, run } from '../../../../model/index.ts'
import { actionKinds } from './action-kinds.ts'
import type { StoryMoment } from '../../../../model/api/index.ts'
import { RunBadge } from '../../../incident/index.ts'
import { HostText, ProofBadge } from '../../../parts/index.ts'
import { useWords } from '../../../words/index.ts'

/** What a moment is about; states and kinds of actions in words, the rest as the host has it. */
export function MomentSubject({ moment: { what, subject } }: { readonly moment: StoryMoment }) {
  const { t } = useWords('incident')
  if (subject === '') return null
  if (what === 'run-ended') {
    const state = run.shape.state.safeParse(subject).data
    if (state !== undefined) return <RunBadge state={state} />
  }
  if (what === 'proof') {
    const result = proof.shape.result.safeParse(subject).data
    if (result !== undefined) return <ProofBadge proof={result} />
  }
  if (what.startsWith('step-')) {
    const [first = '', ...rest] = subject.split(' ')
    const kind = actionKinds.find(one => one === first)
    if (kind !== undefined)
      return (
        <>
          {t(`actions.${kind}`)} <HostText>{rest.join(' ')}</HostText>
        </>
      )
  }
  return <HostText>{subject}</HostText>
}
