export { onFreshLoginWanted, withFreshLogin } from './fresh-login.ts'
export { type Session, SessionProvider, type SessionState, useSession, useSessionDoor } from './session.tsx'
