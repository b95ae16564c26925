import type { z } from 'zod'

/** What a caller must be allowed to do. Roles are sets of these (model/api/permission.ts). */
import type { Permission } from './permission.ts'

/**
 * One function of the API, as data: the server checks and documents by it, the client and the command line are typed by it.
 * Everything is JSON below `/api/v1`. Errors are RFC 9457 problem details.
 */
export interface RouteContract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `/hosts/:host`; parameters are named in `params`. */
  readonly path: string
  /** `public`: without login. `self`: any login. Else: a right, in at least one group; handlers narrow to the groups it holds for. */
  readonly needs: 'public' | 'self' | Permission
  /** One sentence, for the documentation. */
  readonly summary: string
  /** Heading in the documentation. */
  readonly subject: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** Absent: 204 without content. */
  readonly answer?: z.ZodType
  /** Default 200, or 204 without an answer. */
  readonly status?: 200 | 201 | 202 | 204
  /** Server-sent events, or a file: the handler writes the answer itself. */
  readonly raw?: string
  /** Least seconds since a login with password or key; for what must not be done with a found open browser. */
  readonly freshLogin?: number
  /** Requests a minute for one caller; default 600 (10 for `public`). */
  readonly perMinute?: number
  /** Largest body in bytes; default 1 MiB. */
  readonly largestBody?: number
}

export type RouteTable = Readonly<Record<string, RouteContract>>

type Input<T> = T extends z.ZodType ? z.input<T> : undefined
type Output<T> = T extends z.ZodType ? z.output<T> : undefined

/** What a caller gives. */
export type CallOf<R extends RouteContract> = (R extends { params: z.ZodType }
  ? { params: Input<R['params']> }
  : unknown) &
  (R extends { query: z.ZodType } ? { query?: Input<R['query']> } : unknown) &
  (R extends { body: z.ZodType } ? { body: Input<R['body']> } : unknown)

/** What a handler is given: the same, checked, with defaults filled in. */
export interface InputOf<R extends RouteContract> {
  readonly params: Output<R['params']>
  readonly query: Output<R['query']>
  readonly body: Output<R['body']>
}

export type AnswerOf<R extends RouteContract> = Output<R['answer']>
