import type { Refusal } from '../../model/api/index.ts'
import type { RawReply } from '../context.ts'

/** Answers instead of throwing, so that what was counted and written down is kept. */
export function refuse(
  reply: RawReply,
  why: { readonly kind: string; readonly title: string; readonly detail?: string; readonly retryAfterSeconds?: number },
): Refusal {
  const status = why.retryAfterSeconds === undefined ? 401 : 429
  reply.status(status)
  if (why.retryAfterSeconds !== undefined) reply.header('retry-after', String(why.retryAfterSeconds))
  return {
    state: 'refused',
    type: `urn:davylamp:problem:${why.kind}`,
    title: why.title,
    status,
    ...(why.detail === undefined ? {} : { detail: why.detail }),
    ...(why.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: why.retryAfterSeconds }),
  }
}

export function refuseForNow(reply: RawReply, seconds: number): Refusal {
  return refuse(reply, {
    kind: 'too-many-attempts',
    title: 'Too many attempts failed',
    detail: `Try again in ${seconds} s. A passkey or your identity provider works at once.`,
    retryAfterSeconds: seconds,
  })
}

export function refuseWrong(reply: RawReply): Refusal {
  return refuse(reply, {
    kind: 'wrong',
    title: 'That is not right',
    detail: 'Check name, password and code. The account may also have been disabled: ask an administrator.',
  })
}

export function refuseOver(reply: RawReply): Refusal {
  return refuse(reply, {
    kind: 'sign-in-over',
    title: 'This sign-in is over',
    detail: 'It took too long, was finished already, or was tried too often. Begin again.',
  })
}
