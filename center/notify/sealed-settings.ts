import { channelKind, type OpenChannel, SettingsError } from '../../notify/index.ts'
import type { CenterKeys } from '../context.ts'
import { ProblemError } from '../problem-error.ts'

export interface StoredSettings {
  readonly kind: string
  /** Without secrets. */
  readonly settings: unknown
  readonly secrets: Buffer | null
}

/** Parts settings into what may be read and what is sealed. Secrets that are missing stay as they were. Throws 400 with the fields that are wrong. */
export function sealSettings(
  keys: CenterKeys,
  context: string,
  kind: string,
  given: Readonly<Record<string, unknown>>,
  before?: StoredSettings,
): { settings: string; secrets: Buffer | null } {
  try {
    const known = channelKind(kind)
    const kept = before?.kind === kind ? secretsIn(keys, context, before) : {}
    const whole = known.settings({ ...kept, ...given })
    const isSecret = (name: string) => known.secrets.includes(name)
    const open = Object.fromEntries(Object.entries(whole).filter(([name]) => !isSecret(name)))
    const secret = Object.entries(whole).filter(([name, value]) => isSecret(name) && value !== undefined)
    return {
      settings: JSON.stringify(open),
      secrets: secret.length === 0 ? null : keys.seal(Buffer.from(JSON.stringify(Object.fromEntries(secret))), context),
    }
  } catch (error) {
    if (error instanceof SettingsError)
      throw new ProblemError(400, 'bad-settings', 'The settings do not suit', error.message)
    throw error
  }
}

/** Throws `SettingsError` when the kind wants other settings than those that were stored. */
export function openSettings(keys: CenterKeys, context: string, stored: StoredSettings): OpenChannel {
  return channelKind(stored.kind).open({ ...objectOf(stored.settings), ...secretsIn(keys, context, stored) })
}

export function secretNames(keys: CenterKeys, context: string, stored: StoredSettings): string[] {
  return Object.keys(secretsIn(keys, context, stored)).sort()
}

function secretsIn(keys: CenterKeys, context: string, { secrets }: StoredSettings): Readonly<Record<string, unknown>> {
  return secrets === null ? {} : objectOf(JSON.parse(keys.open(secrets, context).toString()))
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
