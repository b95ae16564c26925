export { onFreshLoginWanted, withFreshLogin } from './fresh-login.ts'
export { keepPlace, takeKeptPlace } from './kept-place.ts'
export { type Session, SessionProvider, type SessionState, useSession, useSessionDoor } from './session.tsx'
