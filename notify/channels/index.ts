import { z } from 'zod'
import type { ChannelKind, Delivery, OpenChannel, Surroundings } from '../channel.ts'
import { refused } from '../channel.ts'
import { plainTrouble } from '../receiver/trouble.ts'
import type { Notice } from '../message.ts'
import { dingtalk } from './dingtalk.ts'
import { email } from './email.ts'
import { feishu } from './feishu.ts'
import { slack } from './slack.ts'
import { smsAlibaba } from './sms-alibaba.ts'
import { smsHttp } from './sms-http.ts'
import { smsTwilio } from './sms-twilio.ts'
import { syslog } from './syslog.ts'
import { teams } from './teams.ts'
import { webhook } from './webhook.ts'
import { wecom } from './wecom.ts'

/** A kind of channel, whatever its settings are. */
export interface KnownKind {
  readonly kind: string
  readonly title: string
  readonly limits: string
  readonly secrets: readonly string[]
  /** JSON Schema of the settings. */
  schema(): unknown
  /** Checked, with defaults filled in. Throws `SettingsError`. */
  settings(value: unknown): Readonly<Record<string, unknown>>
  /** Throws `SettingsError`. */
  open(settings: unknown): OpenChannel
}

/** Settings that do not suit; the message says which and why. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly { readonly path: string; readonly message: string }[]

  constructor(kind: string, problems: readonly { readonly path: string; readonly message: string }[]) {
    super(`${kind}: ${problems.map(one => (one.path === '' ? one.message : `${one.path} ${one.message}`)).join('; ')}`)
    this.problems = problems
  }
}

export const channelKinds: readonly KnownKind[] = [
  known(email),
  known(smsHttp),
  known(smsTwilio),
  known(smsAlibaba),
  known(webhook),
  known(dingtalk),
  known(feishu),
  known(wecom),
  known(slack),
  known(teams),
  known(syslog),
]

/** Throws `SettingsError` for a kind that does not exist. */
export function channelKind(kind: string): KnownKind {
  const found = channelKinds.find(one => one.kind === kind)
  if (found !== undefined) return found
  throw new SettingsError(kind, [
    { path: 'kind', message: `is unknown: there are ${channelKinds.map(one => one.kind).join(', ')}` },
  ])
}

function known<S extends Readonly<Record<string, unknown>>>(kind: ChannelKind<S>): KnownKind {
  const parse = (value: unknown): S => {
    const result = kind.schema.safeParse(value)
    if (result.success) return result.data
    throw new SettingsError(
      kind.kind,
      result.error.issues
        .slice(0, 20)
        .map(issue => ({ path: issue.path.map(String).join('.'), message: issue.message })),
    )
  }
  return {
    kind: kind.kind,
    title: kind.title,
    limits: kind.limits,
    secrets: kind.secrets,
    schema: () => z.toJSONSchema(kind.schema, { io: 'input', unrepresentable: 'any' }),
    settings: value => ({ ...parse(value) }),
    open: value => opened(kind, parse(value)),
  }
}

function opened<S extends object>(kind: ChannelKind<S>, settings: S): OpenChannel {
  const secrets = kind.secrets.flatMap(name => textsOf(settings[name]))
  return {
    kind: kind.kind,
    perMinute: kind.perMinute,
    forMachines: kind.sendMany !== undefined,
    mostAtOnce: kind.sendMany === undefined ? 1 : (kind.mostAtOnce?.(settings) ?? 1),
    warnings: kind.warnings?.(settings) ?? [],
    async send(notices, around) {
      const delivery = await sendWith(kind, settings, notices, around).catch((error: unknown): Delivery => {
        const trouble = plainTrouble(error, kind.title)
        return refused(trouble.message, trouble.again)
      })
      return { ...delivery, detail: withoutSecrets(delivery.detail, secrets) }
    },
  }
}

async function sendWith<S extends object>(
  kind: ChannelKind<S>,
  settings: S,
  notices: readonly Notice[],
  around: Surroundings,
): Promise<Delivery> {
  const [first, ...others] = notices
  if (first === undefined) return refused('there is nothing to send', false)
  if (others.length === 0) return kind.send(first, settings, around)
  if (kind.sendMany === undefined) throw new Error(`${kind.kind} takes one notice at a time`)
  return kind.sendMany(notices, settings, around)
}

/** All texts within a secret: a map of headers has several. Words so short that they are no secret stay. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length < 4 ? [] : [value, ...queryValues(value)]
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsOf)
  return []
}

/** Of an address it is the query and the path that are secret, and a receiver may repeat only these. */
function queryValues(text: string): string[] {
  if (!URL.canParse(text)) return []
  const url = new URL(text)
  return [...url.searchParams.values(), ...url.pathname.split('/')].filter(one => one.length >= 12)
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}
