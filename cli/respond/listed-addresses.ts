import { isIP } from 'node:net'
import { type Indicator, openSources } from '../../detect/intel/index.ts'
import type { Gap } from '../../model/index.ts'

/** An address of a list, and until when it is believed. */
export interface ListedAddress {
  readonly address: string
  /** RFC 3339; absent: as long as it is listed. */
  readonly expires?: string
}

/** What a source says nothing of counts as the middle, which is enough. */
const leastConfidence = 50

/**
 * Single addresses of all lists that are believed now, each once, surest first. Networks are left out: that somebody in one of them is
 * held against it is too little to cut off all others. Names are not looked up.
 */
export function listedAddresses(intel: string, now: string, addGap: (gap: Gap) => void): ListedAddress[] {
  const best = new Map<string, { readonly confidence: number; readonly expires: string | undefined }>()
  for (const source of openSources(intel, addGap))
    try {
      if (!source.holds('address')) continue
      for (const one of source.all()) {
        const confidence = one.confidence ?? source.about.confidence ?? leastConfidence
        if (!isWanted(one, now) || confidence < leastConfidence) continue
        const known = best.get(one.value)
        if (known === undefined || confidence > known.confidence)
          best.set(one.value, { confidence, expires: one.expires })
      }
    } finally {
      source.close()
    }
  return [...best]
    .sort(([, one], [, other]) => other.confidence - one.confidence)
    .map(([address, { expires }]) => ({ address, ...(expires === undefined ? {} : { expires }) }))
}

function isWanted({ type, value, expires }: Indicator, now: string): boolean {
  return type === 'address' && isIP(value) !== 0 && (expires === undefined || expires > now)
}
