import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditRoutes, peopleRoutes, profileRoutes, signInRoutes } from '../../../model/api/index.ts'
import { type ApiServer, serve, startApi } from '../../api/server.ts'
import { pgBus } from '../../bus/index.ts'
import type { Center, Db } from '../../context.ts'
import { type Keyring, openCenterKeys } from '../../keys/index.ts'
import { openTestStore, silentLog, type TestStore } from '../../testing/index.ts'
import { uuid7 } from '../../uuid7.ts'
import { authenticateWith, cookieName, createFirstAdmin, peopleHandlers, writeAudit } from '../index.ts'

export interface PeopleCenter {
  readonly center: Center
  readonly store: TestStore
  readonly server: ApiServer
  readonly keys: Keyring
  /** Set it to move through time. */
  readonly clock: { now: Date }
  /** The API as one browser sees it, with cookies of its own. */
  browser(address?: string): Browser
  system<T>(work: (db: Db) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export const centerAddress = 'https://center.example:8443'

const routes = { ...signInRoutes, ...profileRoutes, ...peopleRoutes, ...auditRoutes }

/** Real store, keys, bus and HTTP server; only TLS is left out, which has tests of its own. */
export async function openPeopleCenter(): Promise<PeopleCenter> {
  const store = await openTestStore()
  const state = mkdtempSync(join(tmpdir(), 'davylamp-people-'))
  const clock = { now: new Date() }
  const keys = await openCenterKeys({ store: store.store, state, clock: () => clock.now })
  const bus = await pgBus(store.store, store.store.connection, silentLog)
  const center: Center = {
    store: store.store,
    bus,
    log: silentLog,
    clock: () => clock.now,
    node: uuid7(),
    keys,
    settings: { address: centerAddress, agentAddress: 'https://center.example:8444', state },
  }
  const server = await startApi(
    {
      center,
      authenticate: authenticateWith(center),
      audit: writeAudit,
      tls: 'plain-http',
      listen: { host: '127.0.0.1', port: 0 },
      trustedProxies: ['127.0.0.1'],
      strictAnswers: true,
      program: 'test',
    },
    [serve(routes, peopleHandlers)],
  )
  return {
    center,
    store,
    server,
    keys,
    clock,
    browser: (address = '198.51.100.1') => new Browser(server.address, address),
    system: work => store.store.system(work),
    async close() {
      await server.close()
      await bus.close()
      await store.close()
      rmSync(state, { recursive: true, force: true })
    },
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Said
}

/** The fields of answers that tests look at. The server has checked each answer against its contract; here absent ones are empty. */
export interface Said {
  readonly [field: string]: unknown
  readonly items: readonly SaidItem[]
  readonly key: { readonly passkey: boolean }
  readonly keyOptions: { readonly challenge: string; readonly allowCredentials: readonly { readonly id: string }[] }
  readonly options: { readonly userVerification: string; readonly allowCredentials: unknown }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly rights: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly invitation: { readonly link: string }
  readonly recoveryCodes: readonly string[]
  readonly head: { readonly hash: string }
  readonly id: string
  readonly csrf: string
  readonly ticket: string
  readonly token: string
  readonly link: string
  readonly url: string
  readonly secret: string
  readonly agentYml: string
  readonly securityKey: { readonly credential: string; readonly origin: string }
  readonly callback: string
  readonly hash: string
  readonly sequence: number
  readonly retryAfterSeconds: number
}

export interface SaidItem {
  readonly id: string
  readonly name: string
  readonly action: string
  readonly actor: { readonly name: string }
  readonly current: boolean
  readonly method: string
  readonly hint: string
}

export class Browser {
  readonly #base: string
  readonly #address: string
  readonly cookies = new Map<string, string>()
  csrf = ''
  token = ''

  constructor(base: string, address: string) {
    this.#base = base
    this.#address = address
  }

  get cookie(): string {
    return this.cookies.get(cookieName) ?? ''
  }

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${this.#base}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: {
        'x-forwarded-for': this.#address,
        'user-agent': 'test browser',
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...(this.csrf === '' ? {} : { 'x-csrf-token': this.csrf }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    for (const line of answer.headers.getSetCookie()) this.#keep(line)
    const text = await answer.text()
    const said: Said = /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : {}
    if (typeof said.csrf === 'string') this.csrf = said.csrf
    return { status: answer.status, headers: answer.headers, body: said }
  }

  /** Status and what the answer says in one word: enough for most looks. */
  async try(method: string, path: string, body?: unknown): Promise<string> {
    const answer = await this.call(method, path, body)
    const type =
      typeof answer.body['type'] === 'string' ? answer.body['type'].replace('urn:davylamp:problem:', ' ') : ''
    return `${answer.status}${type}`
  }

  signIn(name: string, password: string): Promise<Answer> {
    return this.call('POST', '/login', { name, password })
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (/Max-Age=0\b/.test(line)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

export const goodPassword = 'violet-harbour-93-anvil'

/** The first administrator, signed in and past the change of the one-time password. */
export async function signedInAdmin(center: PeopleCenter): Promise<Browser> {
  const first = await createFirstAdmin(center.center.store)
  if (!first) throw new Error('there are users already')
  const browser = center.browser()
  await browser.signIn(first.name, first.password)
  const changed = await browser.call('PUT', '/profile/password', { old: first.password, new: goodPassword })
  if (changed.status !== 200) throw new Error(JSON.stringify(changed.body))
  return browser
}

/** A user with a password, made as people do it: invitation and link. Gives its id. */
export async function addUser(
  admin: Browser,
  name: string,
  roles: readonly { readonly role: string; readonly group?: string }[],
): Promise<string> {
  const made = await admin.call('POST', '/users', { name, roles })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  const token = String(made.body.invitation.link).split('#')[1]
  const other = await admin.call('POST', '/login/link', { token, password: goodPassword })
  if (other.status !== 200) throw new Error(JSON.stringify(other.body))
  return made.body.user.id
}
