import { z } from 'zod'

export const indicatorKinds = ['hash', 'address', 'domain', 'wallet', 'key'] as const
export type IndicatorKind = (typeof indicatorKinds)[number]

const address = z.union([z.ipv4(), z.ipv6()])
const domain = /^(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/

/** Whether a value can be of a kind, as the center will judge it (center/alerts/indicators.ts). */
const fits: Readonly<Record<IndicatorKind, (value: string) => boolean>> = {
  hash: value => /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value),
  address: value => address.safeParse(value).success,
  domain: value => domain.test(value.toLowerCase().replace(/\.$/, '')),
  wallet: value => /^[A-Za-z0-9:.-]{20,150}$/.test(value),
  key: value => /^SHA256:[A-Za-z0-9+/]{43}$/.test(value),
}

export function isOfKind(kind: IndicatorKind, value: string): boolean {
  return fits[kind](value)
}

/** What a value is by its looks; a wallet is what is long enough and nothing else. */
export function guessKind(value: string): IndicatorKind | undefined {
  return (['key', 'hash', 'address', 'domain', 'wallet'] as const).find(kind => fits[kind](value))
}

/** Takes away what people write so that nobody clicks on it: `hxxp`, `[.]`, `(dot)`. */
export function refang(text: string): string {
  return text
    .trim()
    .replaceAll(/\[\.\]|\(\.\)|\[dot\]|\(dot\)/gi, '.')
    .replaceAll('[:]', ':')
    .replace(/^hxxp/i, 'http')
}
