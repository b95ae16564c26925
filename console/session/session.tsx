import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { ApiError } from '../../client/index.ts'
import type { AnswerOf, Permission, signInRoutes } from '../../model/api/index.ts'
import { api } from '../center/api.ts'
import { setCsrf } from '../center/api.ts'

type SignedInSession = AnswerOf<typeof signInRoutes.whoAmI>

export interface Session {
  readonly user: SignedInSession['user']
  readonly roles: SignedInSession['roles']
  readonly tenant: string
  readonly expiresAt: string
  /** Whether a right is held: for the group when one is named, else for at least one. */
  can(permission: Permission, group?: string): boolean
  /** Held for all hosts. */
  canEverywhere(permission: Permission): boolean
}

/** Where one stands with the center. */
export type SessionState =
  | { readonly state: 'loading' }
  /** `because`: what ended a session that was open in this page. */
  | { readonly state: 'signed-out'; readonly because?: 'ended' | 'signed-out' }
  | { readonly state: 'must-change-password'; readonly user: SignedInSession['user'] }
  | { readonly state: 'unreachable'; readonly error: Error; retry(): void }
  | { readonly state: 'signed-in'; readonly session: Session }

interface SessionDoor {
  readonly current: SessionState
  /** After a sign-in, a change of one's own account, or a changed password: ask again who it is. */
  renew(): Promise<void>
  /** A new session has begun: nothing that another one was answered is kept. */
  signedIn(csrf: string): Promise<void>
  signOut(): Promise<void>
  /** The center says that the session is over. */
  ended(): void
}

const SessionContext = createContext<SessionDoor | undefined>(undefined)
const key = ['whoAmI']

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient()
  const query = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<SignedInSession | null> => {
      try {
        const session = await api.whoAmI({}, { signal })
        setCsrf(session.csrf)
        return session
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 401) throw error
        setCsrf(undefined)
        return null
      }
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const { refetch } = query
  const renew = useCallback(async () => void (await refetch()), [refetch])
  const [because, setBecause] = useState<'ended' | 'signed-out'>()
  const forget = useCallback(
    () => queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== key[0] }),
    [queries],
  )
  const over = useCallback(
    (why: 'ended' | 'signed-out') => {
      // What was still under way when somebody signed out is refused too; that is no end that needs to be told.
      if (why === 'ended' && queries.getQueryData(key) === null) return
      setCsrf(undefined)
      setBecause(why)
      queries.setQueryData(key, null)
      forget()
    },
    [queries, forget],
  )
  const ended = useCallback(() => over('ended'), [over])
  const signOut = useCallback(async () => {
    await api.signOut().catch((error: unknown) => {
      if (!isSignedOut(error)) throw error
    })
    over('signed-out')
  }, [over])
  const signedIn = useCallback(
    async (csrf: string) => {
      setCsrf(csrf)
      forget()
      await refetch()
      setBecause(undefined)
    },
    [forget, refetch],
  )
  useEffect(() => {
    const hear = (event: { readonly type: string; readonly action?: { readonly type: string } }, error: unknown) => {
      if (event.type === 'updated' && event.action?.type === 'error' && isSignedOut(error)) ended()
    }
    const off = [
      queries.getQueryCache().subscribe(event => hear(event, event.query.state.error)),
      queries.getMutationCache().subscribe(event => hear(event, event.mutation?.state.error)),
    ]
    return () => {
      for (const one of off) one()
    }
  }, [queries, ended])
  const { data, error } = query
  const current = useMemo((): SessionState => {
    if (data === undefined) {
      if (error !== null) return { state: 'unreachable', error, retry: () => void refetch() }
      return { state: 'loading' }
    }
    if (data === null) return { state: 'signed-out', ...(because === undefined ? {} : { because }) }
    if (data.mustChangePassword) return { state: 'must-change-password', user: data.user }
    return { state: 'signed-in', session: sessionOf(data) }
  }, [data, error, refetch, because])
  const door = useMemo(() => ({ current, renew, signedIn, signOut, ended }), [current, renew, signedIn, signOut, ended])
  return <SessionContext value={door}>{children}</SessionContext>
}

/** The door itself: for sign-in pages, the profile and the shell. */
export function useSessionDoor(): SessionDoor {
  const door = useContext(SessionContext)
  if (door === undefined) throw new Error('there is no SessionProvider around')
  return door
}

/** Who is signed in. Only below pages that need a sign-in. */
export function useSession(): Session {
  const { current } = useSessionDoor()
  if (current.state !== 'signed-in') throw new Error(`nobody is signed in: ${current.state}`)
  return current.session
}

/** The center knows no session (any more); a wrong password is refused with another kind. */
function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401 && error.kind === 'sign-in'
}

function sessionOf({ user, roles, tenant, expiresAt, rights }: SignedInSession): Session {
  const can = (permission: Permission, group?: string) => {
    const held = rights[permission]
    if (held === undefined) return false
    return held === 'all' || (group === undefined ? held.length > 0 : held.includes(group))
  }
  return { user, roles, tenant, expiresAt, can, canEverywhere: permission => rights[permission] === 'all' }
}
