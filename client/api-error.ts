import type { Problem } from '../model/api/index.ts'
import { problemIn } from './read-answer.ts'

/** What the center answered instead of what was asked for. The message is for people: what, what to do, which fields. */
export class ApiError extends Error {
  readonly status: number
  /** The last part of the problem's type: `not-found`, `sign-in`, `login-again`, `too-many` … */
  readonly kind: string
  readonly problem: Problem | undefined
  /** When it says how long to wait. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, found: Problem | undefined, retryAfterSeconds?: number) {
    super(messageOf(status, found))
    this.name = 'ApiError'
    this.status = status
    this.kind = found?.type.split(':').at(-1) ?? 'unknown'
    this.problem = found
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The center could not be reached, or what answered is no center. */
export class UnreachableError extends Error {
  constructor(address: string, cause: unknown) {
    super(`${address} cannot be reached: ${reasonOf(cause)}`, { cause })
    this.name = 'UnreachableError'
  }
}

export async function errorOf(response: Response): Promise<ApiError> {
  const found = problemIn(await response.json().catch(() => undefined))
  const seconds = Number(response.headers.get('retry-after') ?? 'none')
  return new ApiError(response.status, found, Number.isFinite(seconds) ? seconds : undefined)
}

function messageOf(status: number, found: Problem | undefined): string {
  if (found === undefined) return `It answered ${status}, which is not how a center answers. Check the address.`
  const fields = (found.errors ?? []).map(({ path, message }) => `  ${path}: ${message}`)
  const text = found.detail === undefined ? `${found.title}.` : `${found.title}. ${found.detail}`
  return [text, ...fields].join('\n')
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.cause instanceof Error) return reasonOf(cause.cause)
  return cause.message || ('code' in cause ? String(cause.code) : cause.name)
}
