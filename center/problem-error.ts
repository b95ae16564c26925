import type { Problem } from '../model/api/index.ts'

/** Thrown by handlers: becomes an RFC 9457 answer. `detail` says what to do. */
export class ProblemError extends Error {
  readonly status: Problem['status']
  readonly kind: string
  readonly detail: string | undefined

  constructor(status: number, kind: string, title: string, detail?: string) {
    super(title)
    this.status = status
    this.kind = kind
    this.detail = detail
  }
}

/** The same answer for what is not there and for what the caller may not see. */
export function notFound(what: string): ProblemError {
  return new ProblemError(
    404,
    'not-found',
    `There is no such ${what}`,
    'It may have been removed, or belong to a group that you cannot see.',
  )
}

export function conflict(title: string, detail?: string): ProblemError {
  return new ProblemError(409, 'conflict', title, detail)
}

export function notAllowed(detail: string): ProblemError {
  return new ProblemError(403, 'not-allowed', 'You may not do this', detail)
}

export function badRequest(title: string, detail?: string): ProblemError {
  return new ProblemError(400, 'bad-request', title, detail)
}
