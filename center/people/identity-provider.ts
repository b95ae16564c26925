import {
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  None,
  type ServerMetadata,
} from 'openid-client'
import { z } from 'zod'
import { roles } from '../../model/api/index.ts'
import type { CenterKeys, Db } from '../context.ts'
import { badRequest } from '../problem-error.ts'
import { fetchWithCa } from './fetch-with-ca.ts'
import { hashOf } from './secret.ts'

export interface ProviderSettings {
  readonly issuer: string
  readonly clientId: string
  /** Absent: a public client. */
  readonly secret: string | undefined
  readonly ca: string | undefined
}

export const roleMap = z.array(z.object({ value: z.string(), role: z.enum(roles), group: z.string().optional() }))
export type RoleMap = z.infer<typeof roleMap>

export type ProviderRow = NonNullable<Awaited<ReturnType<typeof findProvider>>>

export function findProvider(db: Db, provider: string) {
  return db.selectFrom('identity_provider').selectAll().where('provider_id', '=', provider).executeTakeFirst()
}

export function settingsOf(row: ProviderRow, keys: CenterKeys): ProviderSettings {
  return {
    issuer: row.issuer,
    clientId: row.client_id,
    secret: row.secret_sealed === null ? undefined : keys.open(row.secret_sealed, secretContext(row)).toString('utf8'),
    ca: row.ca ?? undefined,
  }
}

export function sealProviderSecret(
  keys: CenterKeys,
  of: { readonly tenant_id: string; readonly provider_id: string },
  secret: string,
): Buffer {
  return keys.seal(Buffer.from(secret, 'utf8'), secretContext(of))
}

const keptMs = 10 * 60_000
const mostKept = 100
const kept = new Map<string, { readonly until: number; readonly configuration: Promise<Configuration> }>()

/** Reads the provider's discovery document, not more often than every ten minutes. Throws when it cannot be had or is not sound. */
export function openProvider(settings: ProviderSettings, at: Date): Promise<Configuration> {
  const key = hashOf(JSON.stringify(settings)).toString('hex')
  const known = kept.get(key)
  if (known && known.until > at.getTime()) return known.configuration
  const configuration = discover(settings)
  if (kept.size >= mostKept) kept.clear()
  kept.set(key, { until: at.getTime() + keptMs, configuration })
  configuration.catch(() => kept.delete(key))
  return configuration
}

/** The same, with words for the person who types the settings. */
export async function requireProvider(settings: ProviderSettings, at: Date): Promise<void> {
  await openProvider(settings, at).catch((error: unknown) => {
    const cause =
      error instanceof Error && error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : ''
    const why = cause || (error instanceof Error ? error.message : String(error))
    throw badRequest(
      'The identity provider cannot be used',
      `${settings.issuer}/.well-known/openid-configuration: ${why.slice(0, 500)}`,
    )
  })
}

async function discover({ issuer, clientId, secret, ca }: ProviderSettings): Promise<Configuration> {
  const fetch = fetchWithCa(ca)
  const send: typeof fetch = (url, { body, ...rest }) => fetch(url, { ...rest, ...(body ? { body } : {}) })
  const options = { [customFetch]: send, timeout: 10 }
  const found = await discovery(new URL(issuer), clientId, undefined, None(), options)
  const server = found.serverMetadata()
  const made = new Configuration(server, clientId, undefined, authentication(server, secret))
  made[customFetch] = send
  made.timeout = 10
  return made
}

/** RFC 8414 §2: a provider that names no way means client_secret_basic. */
function authentication(server: Readonly<ServerMetadata>, secret: string | undefined) {
  if (secret === undefined) return None()
  const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return ways.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret)
}

function secretContext({
  tenant_id,
  provider_id,
}: {
  readonly tenant_id: string
  readonly provider_id: string
}): string {
  return `identity_provider:${tenant_id}:${provider_id}`
}
