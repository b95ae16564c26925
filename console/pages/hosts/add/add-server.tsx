import { Stepper } from '@mantine/core'
import { useState } from 'react'
import type { AnswerTo } from '../../../center/index.ts'
import { NoPermissionState, PageHeader } from '../../../parts/index.ts'
import { useSession } from '../../../session/index.ts'
import { useWords } from '../../../words/index.ts'
import { Arrivals } from './arrivals.tsx'
import { Commands } from './commands.tsx'
import { TokenForm } from './token-form.tsx'

/** From a choice of group to servers that report: the page waits with the person until they are there. */
export function AddServer() {
  const { t } = useWords('hosts')
  const { can } = useSession()
  const [made, setMade] = useState<AnswerTo<'createEnrolmentToken'>>()
  const [step, setStep] = useState(0)
  if (!can('hosts:enrol'))
    return (
      <>
        <PageHeader title={t('wizard.title')} />
        <NoPermissionState />
      </>
    )
  return (
    <>
      <PageHeader title={t('wizard.title')} about={t('wizard.about')} help="agent" />
      <Stepper
        active={step}
        onStepClick={setStep}
        size="sm"
        maw={900}
        allowNextStepsSelect={made !== undefined}
        styles={{ stepBody: { minWidth: 0 } }}
      >
        <Stepper.Step label={t('wizard.choose')} allowStepSelect={false}>
          <TokenForm
            onMade={answer => {
              setMade(answer)
              setStep(1)
            }}
          />
        </Stepper.Step>
        <Stepper.Step label={t('wizard.run')} allowStepSelect={made !== undefined}>
          {made === undefined ? null : <Commands made={made} onNext={() => setStep(2)} />}
        </Stepper.Step>
        <Stepper.Step label={t('wizard.wait')} allowStepSelect={made !== undefined}>
          {made === undefined ? null : (
            <Arrivals
              token={made.object}
              onAgain={() => {
                setMade(undefined)
                setStep(0)
              }}
            />
          )}
        </Stepper.Step>
      </Stepper>
    </>
  )
}
