import type { indicatorTypes } from '../../model/index.ts'

export type IndicatorType = (typeof indicatorTypes)[number]

/** One value that somebody holds against whoever has it, with what they say of it. */
export interface Indicator {
  readonly type: IndicatorType
  /** In the one form of its type (`normalValue`); for an address also a network such as `198.51.100.0/24`. */
  readonly value: string
  /** RFC 3339: when its source saw or added it. */
  readonly date?: string | undefined
  /** 0–100; absent where the source says nothing. */
  readonly confidence?: number | undefined
  /** RFC 3339; from then on it matches nothing. */
  readonly expires?: string | undefined
  /** What the source says of it: a family, a title. */
  readonly about?: string | undefined
}

export const digestBytes = { md5: 16, sha1: 20, sha256: 32 } as const
export type DigestType = keyof typeof digestBytes

export function isDigest(type: IndicatorType): type is DigestType {
  return Object.hasOwn(digestBytes, type)
}

export function hasExpired({ expires }: Pick<Indicator, 'expires'>, now: string): boolean {
  return expires !== undefined && expires <= now
}
