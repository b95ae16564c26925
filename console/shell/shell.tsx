import { useEffect } from 'react'
import { Navigate, useLocation, useNavigate } from 'react-router'
import { SignInPage } from '../pages/index.ts'
import { ErrorState, LoadingState } from '../parts/index.ts'
import { takeKeptPlace, useSessionDoor } from '../session/index.ts'
import { chooseLanguage, hasChosenLanguage } from '../words/index.ts'
import { Frame } from './frame.tsx'

/** What people see around a page, or the sign-in when nobody is signed in. */
export function Shell() {
  const { current } = useSessionDoor()
  const { pathname } = useLocation()
  const language = current.state === 'signed-in' ? current.session.user.language : undefined
  useEffect(() => {
    if (language !== undefined && !hasChosenLanguage()) void chooseLanguage(language)
  }, [language])
  const signedIn = current.state === 'signed-in'
  const navigate = useNavigate()
  useEffect(() => {
    if (!signedIn) return
    const kept = takeKeptPlace()
    if (kept !== undefined) void navigate(kept, { replace: true })
  }, [signedIn, navigate])
  if (current.state === 'loading') return <LoadingState />
  if (current.state === 'unreachable') return <ErrorState error={current.error} retry={current.retry} />
  // A link of an invitation is for somebody else than who is signed in here.
  if (current.state !== 'signed-in' || pathname === '/link') return <SignInPage />
  if (pathname === '/sign-in') return <Navigate to="/" replace />
  return <Frame />
}
