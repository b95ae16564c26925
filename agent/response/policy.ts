import { posix } from 'node:path'
import type { Ancestor, Detection, Examination, PreventionState, ResponseKind } from '../../model/index.ts'
import type { ResponseConfig } from '../../model/wire/index.ts'
import { isWithin } from '../schedule.ts'

/** Something that could be done at once about something. */
export interface ResponseQuestion {
  readonly kind: ResponseKind
  readonly subject: Partial<Detection['subject']>
  /** Nearest first. What a protected program started is not protected by that, nor what started it. */
  readonly chain?: readonly Ancestor[]
  readonly verdict: Detection['verdict'] | Examination['verdict']
  /** Further paths of the same thing: where its links lead, the script that an interpreter runs, all that an action touches. */
  readonly paths?: readonly string[]
  /** Names of the container of which the subject has the id. */
  readonly containerNames?: readonly string[]
  /** So many at once; default 1. */
  readonly amount?: number
}

/** What was done by itself within the last hour. */
export type HourCounts = Readonly<Record<Limited, number>>
export type Limited = keyof ResponseConfig['mostPerHour']

/** Nothing was done yet. */
export const noCounts: HourCounts = { kills: 0, blocks: 0, disarms: 0, quarantines: 0, cleans: 0 }

export type Decision =
  | { readonly may: true }
  /** `would`: told as what would have been done; `refused`: it is never done. `detail` is one sentence for people. */
  | { readonly may: false; readonly outcome: 'would' | 'refused'; readonly detail: string }

/** What each response counts as; a start that was prevented changes nothing and has no limit. */
export const limitOf: Readonly<Record<ResponseKind, Limited | undefined>> = {
  prevented: undefined,
  'kill-process': 'kills',
  'block-address': 'blocks',
  'disarm-autostart': 'disarms',
  'quarantine-file': 'quarantines',
  clean: 'cleans',
}

/**
 * Whether something is done without asking anybody: only about what is confirmed, only in `block`, and only as far as `response` in
 * `agent.yml` lets it. Pure; what is protected is refused before anything else is asked, so that a dry run says so too.
 */
export function decide(
  question: ResponseQuestion,
  config: ResponseConfig,
  mode: PreventionState['mode'],
  counts: HourCounts,
  now: Date,
): Decision {
  if (question.verdict !== 'confirmed')
    return refused(`It is ${question.verdict} and not confirmed: nothing is done about it by itself.`)
  const shield = protection(question, config.protect)
  if (shield !== undefined) return refused(shield)
  const { kind, amount = 1 } = question
  if (mode !== 'block') return would(`Prevention is ${mode}: it is only told.`)
  if (kind !== 'prevented' && !config.may.includes(kind))
    return would(`This host may not do it by itself: ${kind} is not in response.may of agent.yml.`)
  if (config.dryRun) return would('A dry run: response.dryRun is set in agent.yml.')
  if (config.between !== undefined && !isWithin(config.between, now.getTime()))
    return would(
      `Only between ${config.between.from} and ${config.between.to} something is done by itself (response.between in agent.yml).`,
    )
  const limit = limitOf[kind]
  if (limit === undefined || counts[limit] + amount <= config.mostPerHour[limit]) return { may: true }
  return would(
    `The limit of the hour: ${counts[limit]} of ${config.mostPerHour[limit]} are used (response.mostPerHour.${limit} in agent.yml).`,
  )
}

/** Why the owner of the host wants it left alone; undefined when it is not protected. */
function protection(
  { kind, subject, paths = [], containerNames = [] }: ResponseQuestion,
  protect: ResponseConfig['protect'],
): string | undefined {
  const meant = [subject.path ?? [], ...paths].flat()
  for (const path of meant)
    if (protect.paths.some(one => isAtOrBelow(path, one)))
      return `${path} is protected (response.protect.paths in agent.yml).`
  const { user, container } = subject
  // An address that tries the passwords of a protected user is not what the user does.
  if (user !== undefined && !(kind === 'block-address' && subject.kind === 'login') && protect.users.includes(user))
    return `It is of ${user}, who is protected (response.protect.users in agent.yml).`
  const names = [container ?? [], ...containerNames].flat()
  const held = names.find(name => protect.containers.some(one => isSameContainer(name, one)))
  if (held !== undefined)
    return `It is in the container ${held}, which is protected (response.protect.containers in agent.yml).`
  return undefined
}

/** A folder may be written with or without its last slash. */
function isAtOrBelow(path: string, protectedPath: string): boolean {
  const plain = posix.normalize(path.replace(/ \(deleted\)$/, ''))
  const above = posix.normalize(protectedPath).replace(/\/+$/, '')
  return plain === above || plain.startsWith(`${above}/`)
}

const shortId = 12

/** Ids are often cut to their first twelve digits; Docker writes names with a slash before them. */
function isSameContainer(one: string, other: string): boolean {
  const [first, second] = [one.replace(/^\//, ''), other.replace(/^\//, '')]
  if (first === second) return true
  const short = first.length < second.length ? first : second
  return /^[0-9a-f]+$/.test(short) && short.length >= shortId && first.startsWith(short) && second.startsWith(short)
}

function refused(detail: string): Decision {
  return { may: false, outcome: 'refused', detail }
}

function would(detail: string): Decision {
  return { may: false, outcome: 'would', detail }
}
