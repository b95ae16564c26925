import { useState } from 'react'
import { useLocation } from 'react-router'
import { useSessionDoor } from '../../session/index.ts'
import { useWords } from '../../words/index.ts'
import { ChangePassword } from './change-password.tsx'
import { FollowLink } from './follow-link.tsx'
import { SecondFactor } from './second-factor.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { SignInFrame } from './sign-in-frame.tsx'
import type { SecondFactorAsked } from './steps.ts'

/** All that happens before somebody is signed in: shown in place of whatever page was asked for, to which one comes back. */
export function Page() {
  const { t } = useWords('sign-in')
  const { current } = useSessionDoor()
  const { pathname } = useLocation()
  const [asked, setAsked] = useState<SecondFactorAsked>()
  // The one-time password that was just typed need not be typed again to be changed.
  const [typed, setTyped] = useState<string>()
  const [over, setOver] = useState<unknown>()
  if (asked !== undefined)
    return (
      <SignInFrame title={t('second.title')}>
        <SecondFactor
          asked={asked}
          onOver={error => {
            setAsked(undefined)
            setOver(error)
          }}
          onDone={() => setAsked(undefined)}
        />
      </SignInFrame>
    )
  if (pathname === '/link')
    return (
      <SignInFrame title={t('link.title')}>
        <FollowLink onSecondFactor={setAsked} />
      </SignInFrame>
    )
  if (current.state === 'must-change-password')
    return (
      <SignInFrame title={t('change.title')}>
        <ChangePassword name={current.user.name} old={typed} />
      </SignInFrame>
    )
  return (
    <SignInFrame title={t('title')}>
      <SignInForm
        over={over}
        onPassword={setTyped}
        onSecondFactor={next => {
          setOver(undefined)
          setAsked(next)
        }}
      />
    </SignInFrame>
  )
}
