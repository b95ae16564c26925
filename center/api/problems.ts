import { STATUS_CODES } from 'node:http'
import type { Problem } from '../../model/api/index.ts'
import { ProblemError } from '../problem-error.ts'
import { InvalidInput } from './checked-input.ts'

/** What is answered, and whether the log wants the cause: it does when the fault is ours. */
export interface ProblemAnswer {
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>
  /** `fault`: ours, with a stack. `note`: the store refused what our checks let through. */
  readonly log: 'fault' | 'note' | 'no'
}

/** RFC 9457 for anything that was thrown. Nothing of an unknown error leaves the center but the reference. */
export function problemOf(thrown: unknown, reference: string): ProblemAnswer {
  if (thrown instanceof ProblemError) return known(thrown, reference)
  const code = codeOf(thrown)
  const frameworks = code === undefined ? undefined : ofFramework.get(code)
  if (frameworks !== undefined) return answer(...frameworks, reference)
  if (code !== undefined && unreachable.has(code)) return busy(reference)
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return ofStore(code, reference)
  const status = statusOf(thrown)
  if (status !== undefined)
    return answer(status, 'bad-request', STATUS_CODES[status] ?? 'The request is wrong', undefined, reference)
  return fault(reference)
}

/** Retry-After in seconds, for those problems that pass. */
export class LaterProblem extends ProblemError {
  readonly afterSeconds: number

  constructor(status: number, kind: string, title: string, detail: string, afterSeconds: number) {
    super(status, kind, title, detail)
    this.afterSeconds = afterSeconds
  }
}

/** Also the body of answers that are written without Fastify. */
export function problemDocument(
  status: number,
  kind: string,
  title: string,
  detail: string | undefined,
  reference: string,
): Problem {
  return {
    type: `urn:davylamp:problem:${kind}`,
    title,
    status,
    ...(detail === undefined ? {} : { detail }),
    instance: instanceOf(reference),
  }
}

/** Names the request as the log and the audit log do. */
export function instanceOf(reference: string): string {
  return `urn:davylamp:request:${reference}`
}

type Known = readonly [status: number, kind: string, title: string, detail: string | undefined]

const ofFramework = new Map<string, Known>([
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    [415, 'unsupported-media-type', 'Only JSON is taken here', 'Send Content-Type: application/json.'],
  ],
  ['FST_ERR_CTP_BODY_TOO_LARGE', [413, 'too-large', 'The body is too large', 'Send less at once.']],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', [400, 'bad-request', 'The body is not as long as announced', undefined]],
  ['FST_ERR_BAD_URL', [400, 'bad-request', 'The address is not well formed', 'Encode special characters with %.']],
  ['FST_ERR_MAX_PARAM_LENGTH', [414, 'too-large', 'A part of the path is too long', undefined]],
])

function known(thrown: ProblemError, reference: string): ProblemAnswer {
  const { status, kind, message, detail } = thrown
  const problem = problemDocument(status, kind, message, detail, reference)
  return {
    problem: thrown instanceof InvalidInput ? { ...problem, errors: thrown.errors } : problem,
    headers: thrown instanceof LaterProblem ? { 'retry-after': String(thrown.afterSeconds) } : {},
    log: status >= 500 ? 'note' : 'no',
  }
}

/** PostgreSQL's SQLSTATE (Appendix A of its manual). Its messages name tables and values, so none is passed on. */
function ofStore(code: string, reference: string): ProblemAnswer {
  if (code === '57014') return { ...late(reference), log: 'fault' }
  if (code === '23505')
    return noted(
      409,
      'conflict',
      'That exists already',
      'Choose another name, or change the one that is there.',
      reference,
    )
  if (code === '23503')
    return noted(
      409,
      'conflict',
      'That belongs to something that is not there',
      'Look again: it may have been removed meanwhile.',
      reference,
    )
  if (code.startsWith('22'))
    return noted(
      400,
      'bad-request',
      'A value cannot be stored',
      'A number, date or text is outside of what can be kept.',
      reference,
    )
  if (/^(?:08|53|57P)/.test(code)) return busy(reference)
  if (code === '40001' || code === '40P01' || code === '55P03') return busy(reference)
  return fault(reference)
}

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'])

function busy(reference: string): ProblemAnswer {
  return {
    problem: problemDocument(
      503,
      'try-again',
      'The center cannot reach its store at the moment',
      'Try again in some seconds.',
      reference,
    ),
    headers: { 'retry-after': '5' },
    log: 'fault',
  }
}

/** What was asked took too long; it may have happened nevertheless. */
export function late(reference: string): ProblemAnswer {
  return {
    problem: problemDocument(
      503,
      'too-slow',
      'This took too long',
      'Ask for less at once. If you changed something, look whether it happened.',
      reference,
    ),
    headers: {},
    log: 'note',
  }
}

function fault(reference: string): ProblemAnswer {
  const detail = `The center's log says why, under the reference ${reference}.`
  return {
    problem: problemDocument(500, 'internal', 'Something went wrong inside the center', detail, reference),
    headers: {},
    log: 'fault',
  }
}

function noted(status: number, kind: string, title: string, detail: string, reference: string): ProblemAnswer {
  return { problem: problemDocument(status, kind, title, detail, reference), headers: {}, log: 'note' }
}

function answer(
  status: number,
  kind: string,
  title: string,
  detail: string | undefined,
  reference: string,
): ProblemAnswer {
  return { problem: problemDocument(status, kind, title, detail, reference), headers: {}, log: 'no' }
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

/** Of errors that Fastify and its parts make of what was sent. */
function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return undefined
  const status = thrown.statusCode
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined
}
