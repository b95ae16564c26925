import { createHash, randomBytes } from 'node:crypto'
import { ProblemError } from '../problem-error.ts'
import type { Db } from '../context.ts'

/** 256 random bits. The prefix lets scanners of secrets know it, and keeps it from beginning with a dash. */
export function newToken(): string {
  return `dle_${randomBytes(32).toString('base64url')}`
}

/** The store has only this. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Takes one use of the token. Throws `ProblemError` 403 that says why it is not good; only who has the token learns that. */
export async function useToken(db: Db, tokenId: string, at: Date) {
  const token = await db
    .selectFrom('enrolment_token')
    .selectAll()
    .where('token_id', '=', tokenId)
    .forUpdate()
    .executeTakeFirst()
  if (token === undefined) throw unknownToken()
  if (token.revoked_at !== null) throw badToken('It was revoked.')
  if (token.expires_at <= at) throw badToken(`It ended on ${token.expires_at.toISOString()}.`)
  if (token.uses_left < 1) throw badToken('It was used up.')
  await db
    .updateTable('enrolment_token')
    .set({ uses_left: token.uses_left - 1 })
    .where('token_id', '=', tokenId)
    .execute()
  return token
}

export type Token = Awaited<ReturnType<typeof useToken>>

export function unknownToken(): ProblemError {
  return badToken('The center does not know it: was it copied whole, and is this the right center?')
}

function badToken(why: string): ProblemError {
  return new ProblemError(
    403,
    'bad-token',
    'The enrolment token is not good',
    `${why} Make a new one in the console or with the API.`,
  )
}
