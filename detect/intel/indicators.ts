import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Gap, IndicatorMatch } from '../../model/index.ts'
import { networkOf } from './address.ts'
import { namesAbove } from './domain.ts'
import { hasExpired, type Indicator, type IndicatorType } from './indicator.ts'
import { OpenSource, readSource } from './open-source.ts'
import { normalValue } from './value.ts'

/** Where indicators can be looked up. Values are given in any form; what does not fit its type is known to nobody. */
export interface Indicators {
  /** False: nothing of that type is listed anywhere. */
  holds(type: IndicatorType): boolean
  /** What is said of it, surest first: of the value itself, of a network around an address, of a name above a domain. */
  find(type: IndicatorType, value: string): IndicatorMatch[]
  close(): void
}

/** All sources of `intel/`. What cannot be used is told to `addGap` once. */
export function openIndicators(intel: string, options: { now: string; addGap: (gap: Gap) => void }): Indicators {
  return indicatorsOf(
    openSources(intel, options.addGap).map(one => ({
      name: one.about.name,
      prefixes: one.about.prefixes,
      holds: type => one.holds(type),
      find: (type, value) => withDefaults(one.find(type, value), one.about.confidence),
      close: () => one.close(),
    })),
    options.now,
  )
}

/** A short list that lies in memory. */
export function listedIndicators(name: string, list: readonly Indicator[], now: string): Indicators {
  const known = new Map(list.map(one => [`${one.type} ${one.value}`, one]))
  const types = new Set(list.map(one => one.type))
  const prefixes = new Set(list.flatMap(one => (one.type === 'address' ? [one.value.split('/')[1]] : [])))
  return indicatorsOf(
    [
      {
        name,
        prefixes: [...prefixes].filter(one => one !== undefined).map(Number),
        holds: type => types.has(type),
        find: (type, value) => known.get(`${type} ${value}`),
        close() {},
      },
    ],
    now,
  )
}

/** Several stores as one. */
export function allOf(stores: readonly Indicators[]): Indicators {
  return {
    holds: type => stores.some(one => one.holds(type)),
    find: (type, value) => stores.flatMap(one => one.find(type, value)).sort(surestFirst),
    close() {
      for (const one of stores) one.close()
    },
  }
}

export function openSources(intel: string, addGap: (gap: Gap) => void): OpenSource[] {
  return folders(intel, addGap).flatMap(folder => {
    const about = readSource(folder)
    if (about === undefined) return []
    if (typeof about === 'string') {
      addGap({ what: 'indicators', why: about, path: folder })
      return []
    }
    return [new OpenSource(folder, about, (why, path) => addGap({ what: 'indicators', why, path }))]
  })
}

/** Changes with every change of what is listed: for caches of what was looked up. */
export function indicatorsVersion(intel: string): string {
  const hash = createHash('sha256')
  for (const folder of folders(intel)) {
    try {
      hash.update(readFileSync(join(folder, 'source.json')))
    } catch {
      // Then it counts for nothing.
    }
  }
  return hash.digest('hex').slice(0, 12)
}

function folders(intel: string, addGap: (gap: Gap) => void = () => {}): string[] {
  try {
    return readdirSync(intel)
      .sort()
      .map(name => join(intel, name))
  } catch (error) {
    const code = error instanceof Error ? String(Reflect.get(error, 'code')) : ''
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      addGap({ what: 'indicators', why: `what is listed cannot be read (${code})`, path: intel })
    return []
  }
}

interface Place {
  readonly name: string
  readonly prefixes: readonly number[]
  holds(type: IndicatorType): boolean
  find(type: IndicatorType, value: string): Indicator | undefined
  close(): void
}

function indicatorsOf(places: readonly Place[], now: string): Indicators {
  return {
    holds: type => places.some(one => one.holds(type)),
    find(type, text) {
      const value = normalValue(type, text)
      if (value === undefined) return []
      return places
        .filter(one => one.holds(type))
        .flatMap(place => {
          const found = under(type, value, place.prefixes)
            .map(key => place.find(type, key))
            .find(one => one !== undefined && !hasExpired(one, now))
          return found === undefined ? [] : [matchOf(found, value, place.name)]
        })
        .sort(surestFirst)
    },
    close() {
      for (const one of places) one.close()
    },
  }
}

/** The keys under which a value may be listed, nearest first. */
function under(type: IndicatorType, value: string, prefixes: readonly number[]): string[] {
  if (type === 'domain') return namesAbove(value)
  if (type !== 'address' || value.includes('/')) return [value]
  const longest = value.includes(':') ? 128 : 32
  return [
    value,
    ...prefixes
      .filter(prefix => prefix < longest)
      .toReversed()
      .map(prefix => networkOf(value, prefix)),
  ]
}

function matchOf({ type, value: listed, ...said }: Indicator, value: string, source: string): IndicatorMatch {
  const about = listed === value ? said.about : [said.about, `listed as ${listed}`].filter(Boolean).join('; ')
  return {
    type,
    value,
    source,
    ...(said.date === undefined ? {} : { date: said.date }),
    ...(said.confidence === undefined ? {} : { confidence: said.confidence }),
    ...(said.expires === undefined ? {} : { expires: said.expires }),
    ...(about === undefined ? {} : { about: about.slice(0, 200) }),
  }
}

function withDefaults(found: Indicator | undefined, confidence: number | undefined): Indicator | undefined {
  return found === undefined || found.confidence !== undefined || confidence === undefined
    ? found
    : { ...found, confidence }
}

/** Nothing said counts as the middle. */
function surestFirst(one: IndicatorMatch, other: IndicatorMatch): number {
  return (other.confidence ?? 50) - (one.confidence ?? 50)
}
