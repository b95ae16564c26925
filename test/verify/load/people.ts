import { randomBytes } from 'node:crypto'
import { type ApiClient, apiClient } from '../../../client/index.ts'
import { trustingFetch } from '../../../client/node.ts'
import { permissions } from '../../../model/api/index.ts'
import type { Listening } from './center-process.ts'

type Fetch = ReturnType<typeof trustingFetch>

/** Signs in as the first administrator, as a person would, and makes API tokens. */
export async function tokensOfAdmin(listening: Listening, count: number): Promise<string[]> {
  const { address, fingerprint, firstAdmin } = listening
  if (firstAdmin === undefined) throw new Error('this center has users already')
  let cookie = ''
  let csrf = ''
  const plain = trustingFetch({ fingerprint })
  const keeping: Fetch = async (url, init) => {
    const headers = new Headers(init.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    if (csrf !== '') headers.set('x-csrf-token', csrf)
    const answer = await plain(url, { ...init, headers })
    const set = answer.headers.getSetCookie()[0]
    if (set !== undefined) cookie = set.split(';')[0] ?? ''
    return answer
  }
  const client = apiClient({ address, fetch: keeping })
  const signIn = async (password: string) => {
    cookie = ''
    csrf = ''
    const answer = await client.signIn({ body: { name: firstAdmin.name, password } })
    if (answer.state !== 'signed-in') throw new Error(`not signed in: ${answer.state}`)
    csrf = answer.csrf
  }
  await signIn(firstAdmin.password)
  const password = `${randomBytes(12).toString('base64url')}-Aa1`
  const changed = await client.changePassword({ body: { old: firstAdmin.password, new: password } })
  if (changed.state !== 'done') throw new Error('the password was not changed')
  await signIn(password)
  const tokens: string[] = []
  for (let made = 0; made < count; made++) {
    const body = { name: `load ${made}`, permissions: [...permissions], days: 1 }
    tokens.push((await client.createToken({ body })).token)
  }
  return tokens
}

export function clientWith({ address, fingerprint }: Listening, token: string): ApiClient {
  return apiClient({ address, token, fetch: trustingFetch({ fingerprint }), retries: 0 })
}
