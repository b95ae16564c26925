import { randomBytes } from 'node:crypto'
import { type ApiClient, apiClient, type ClientOptions } from '../../client/index.ts'
import { trustingFetch } from '../../client/node.ts'
import type { Role } from '../../model/api/index.ts'
import type { CenterDocument } from './center-process.ts'

/** Somebody in front of a browser: what is done is done with that person's session. */
export interface Person {
  readonly name: string
  readonly password: string
  readonly api: ApiClient
  /** For what is no single function of the API: the stream of live events. */
  readonly client: ClientOptions
}

type At = Pick<CenterDocument, 'address' | 'fingerprint'>

/** The administrator of a center that was just made: signs in with the one-time password and changes it. */
export async function firstAdmin(center: CenterDocument): Promise<Person> {
  const given = center.firstAdmin
  if (given === undefined) throw new Error('this center has an administrator already')
  const first = await signIn(center, given.name, given.password)
  const password = newPassword()
  const changed = await first.api.changePassword({ body: { old: given.password, new: password } })
  if (changed.state !== 'done') throw new Error(`the password was not changed: ${changed.detail}`)
  return signIn(center, given.name, password)
}

/** A session of somebody who has a password. */
export async function signIn(center: At, name: string, password: string): Promise<Person> {
  const { api, client, setCsrf } = browser(center)
  const answer = await api.signIn({ body: { name, password } })
  if (answer.state !== 'signed-in') throw new Error(`${name} is not signed in: ${answer.state}`)
  setCsrf(answer.csrf)
  return { name, password, api, client }
}

/** Makes a user, who follows the link of the invitation and signs in. */
export async function invite(admin: Person, center: At, name: string, role: Role): Promise<Person> {
  const { invitation } = await admin.api.createUser({ body: { name, roles: [{ role }] } })
  const password = newPassword()
  const token = new URL(invitation.link).hash.slice(1)
  await browser(center).api.followLink({ body: { token, password } })
  return signIn(center, name, password)
}

/** A client of the API with the cookies of one browser, that believes the center's own authority by its fingerprint. */
function browser({ address, fingerprint }: At) {
  const trusting = trustingFetch({ fingerprint })
  const cookies = new Map<string, string>()
  let csrf: string | undefined
  const setCsrf = (given: string) => {
    csrf = given
  }
  const client: ClientOptions = {
    address,
    csrf: () => csrf,
    fetch: async (url, init) => {
      const headers = new Headers(init.headers)
      if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
      const answer = await trusting(url, { ...init, headers })
      for (const line of answer.headers.getSetCookie()) {
        const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
        cookies.set(name, value)
      }
      return answer
    },
  }
  return { api: apiClient(client), client, setCsrf }
}

function newPassword(): string {
  return `Range-${randomBytes(12).toString('base64url')}`
}
