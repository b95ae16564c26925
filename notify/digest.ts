import { levels } from '../model/index.ts'
import type { Notice } from './message.ts'

/** How many of a digest are named; the others are counted. */
export const namedInDigest = 13

/** One notice that stands for many: the most severe are named, in the order in which they came. */
export function digestOf(notices: readonly Notice[], id: string, at: Date): Notice {
  const ranked = notices
    .map((notice, place) => ({ notice, place, rank: levels.indexOf(notice.level) }))
    .sort((a, b) => b.rank - a.rank || a.place - b.place)
  const named = ranked.slice(0, namedInDigest).map(one => one.notice)
  return {
    id,
    what: 'digest',
    level: named[0]?.level ?? 'informational',
    at: at.toISOString(),
    title: `${notices.length} notices`,
    lines: [],
    families: [...new Set(notices.flatMap(one => one.families))].slice(0, 10),
    attack: [],
    digest: {
      count: notices.length,
      members: named.map(one => ({
        what: one.what,
        level: one.level,
        title: one.title.slice(0, 500),
        ...(one.host === undefined ? {} : { host: one.host.name }),
      })),
    },
  }
}
