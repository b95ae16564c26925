import { createServer } from 'node:https'
import Provider, { type Configuration } from 'oidc-provider'
import type { Keyring } from '../../keys/index.ts'
import { fetchWithCa } from '../fetch-with-ca.ts'

export interface Person {
  readonly sub: string
  readonly name: string
  readonly groups: readonly string[]
}

export interface LocalProvider {
  readonly issuer: string
  /** PEM of its CA. */
  readonly ca: string
  readonly clientId: string
  readonly clientSecret: string
  /** Who is signed in there. */
  person: Person
  /** To be called when the callback is known. */
  allow(redirect: string): void
  /** Goes where a browser would go, from the first address to the one that leads back to the center. */
  follow(start: string): Promise<string>
  close(): Promise<void>
}

/** A real OpenID provider (oidc-provider) over TLS on 127.0.0.1 that wants PKCE and gives groups at the userinfo endpoint only. */
export async function openLocalProvider(keys: Pick<Keyring, 'authority'>): Promise<LocalProvider> {
  const { certificate, key } = await keys.authority.issueServer(['localhost'], new Date(), 1)
  const ca = keys.authority.certificate
  const [clientId, clientSecret] = ['davylamp', 'a secret with spaces & signs']
  const server = createServer({ key, cert: certificate + ca })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const issuer = `https://localhost:${address.port}`
  const state = {
    person: { sub: 's1', name: 'someone', groups: [] } as Person,
    provider: undefined as Provider | undefined,
  }
  const configuration = (redirects: string[]): Configuration => ({
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: redirects, response_types: ['code'] }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name'], groups: ['groups'] },
    cookies: { keys: ['only for tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        preferred_username: state.person.name,
        name: 'Some One',
        groups: [...state.person.groups],
      }),
    }),
    async loadExistingGrant(ctx) {
      const { provider, client, session } = ctx.oidc
      const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' })
      grant.addOIDCScope('openid profile groups')
      await grant.save()
      return grant
    },
  })
  server.on('request', (request, response) => {
    const { provider, person } = state
    if (request.url?.startsWith('/interaction/'))
      provider
        ?.interactionFinished(request, response, { login: { accountId: person.sub } })
        .catch(() => response.destroy())
    else
      provider
        ?.callback()(request, response)
        .catch(() => response.destroy())
  })
  const allow = (redirect: string) => {
    state.provider = new Provider(issuer, configuration([redirect]))
  }
  allow('https://center.example:8443/nowhere')
  return {
    issuer,
    ca,
    clientId,
    clientSecret,
    allow,
    get person() {
      return state.person
    },
    set person(person) {
      state.person = person
    },
    follow: start => follow(start, issuer, ca),
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function follow(start: string, issuer: string, ca: string): Promise<string> {
  const fetch = fetchWithCa(ca)
  const jar = new Map<string, string>()
  let next = start
  for (let hop = 0; hop < 10 && next.startsWith(issuer); hop += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(next, { headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`)
    next = new URL(location, next).href
  }
  return next
}
