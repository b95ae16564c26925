import { readFileSync } from 'node:fs'
import { canonicalHash } from '../engine/index.ts'
import { type Incident, type Plan, plan as planSchema } from '../model/index.ts'
import type { Handling } from '../model/wire/index.ts'
import { z } from 'zod'
import { CommandError } from './command-error.ts'
import { calledAs } from './program-name.ts'
import { handledPlanOf, type Look, planOf } from './look.ts'
import { reasonOf } from './state/state-files.ts'

/** Options that decide what is in a plan. */
export interface PlanChoice {
  readonly include?: string
  readonly incident?: readonly string[]
  /** Less than everything: `terminate`, `terminate-and-quarantine`. */
  readonly handling?: string
  /** Only what this finding is about. */
  readonly finding?: string
  readonly reinstall?: boolean
  readonly blockFor?: number
}

/** The plan for what was seen, of the incidents that were chosen. */
export function chosenPlan(look: Look, choice: PlanChoice): Plan {
  const incidents = chosenIncidents(look.assessment.incidents, choice)
  const verdicts = included(choice.include)
  const options = {
    ...(choice.reinstall === undefined ? {} : { reinstall: choice.reinstall }),
    ...(choice.blockFor === undefined ? {} : { blockSeconds: choice.blockFor }),
  }
  if (choice.handling === undefined && choice.finding === undefined)
    return planOf({ ...look, assessment: { ...look.assessment, incidents } }, verdicts, options)
  const allowed = incidents.filter(one => verdicts.includes(one.verdict))
  const finding = choice.finding === undefined ? undefined : chosenFinding(allowed, choice.finding)
  const about = finding === undefined ? allowed : allowed.filter(one => one.findings.includes(finding))
  return handledPlanOf(look, about, { handling: handlingOf(choice.handling), finding }, options)
}

const handlings = ['terminate', 'terminate-and-quarantine', 'in-depth'] as const satisfies readonly Handling[]

function handlingOf(text = 'in-depth'): Handling {
  const found = handlings.find(one => one === text)
  if (found === undefined) throw new CommandError(`--handling ${text} is unknown: there are ${handlings.join(', ')}`)
  return found
}

/** The whole id of a finding of which the first letters are given. */
function chosenFinding(incidents: readonly Incident[], prefix: string): string {
  const found = [...new Set(incidents.flatMap(one => one.findings))].filter(one => one.startsWith(prefix))
  const [only] = found
  if (only === undefined)
    throw new CommandError(
      `no incident that may be acted on has a finding ${prefix}: ${calledAs} scan lists them; --include suspected adds incidents`,
    )
  if (found.length > 1) throw new CommandError(`${found.length} findings begin with ${prefix}: write more of the id`)
  return only
}

/** A plan that was written by `plan --out`: whole, unchanged, and for this target. */
export function readPlan(path: string, root: string, live: boolean): Plan {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new CommandError(`${path} cannot be read as a plan: ${reasonOf(error)}`)
  }
  const parsed = planSchema.safeParse(value)
  if (!parsed.success) throw new CommandError(`${path} is no plan of version 1: ${z.prettifyError(parsed.error)}`)
  const { id, ...body } = parsed.data
  if (canonicalHash(body) !== id)
    throw new CommandError(
      `${path} was changed after it was made: its id does not agree. Make a new one: ${calledAs} plan --out ${path}`,
    )
  if (parsed.data.target.live !== live || parsed.data.target.root !== root)
    throw new CommandError(
      `${path} is for ${parsed.data.target.live ? 'a running host' : parsed.data.target.root}, not for ${live ? 'this running host' : root}`,
    )
  return parsed.data
}

function included(include: string | undefined): Incident['verdict'][] {
  if (include === undefined || include === 'confirmed') return ['confirmed']
  if (include === 'suspected') return ['confirmed', 'suspected']
  throw new CommandError(`--include ${include} is unknown: there is --include suspected`)
}

function chosenIncidents(all: readonly Incident[], { incident, include }: PlanChoice): readonly Incident[] {
  const verdicts = included(include)
  if (incident === undefined) return all
  return incident.map(prefix => {
    const found = all.filter(one => one.id.startsWith(prefix))
    const [only] = found
    if (only === undefined) throw new CommandError(`this scan has no incident ${prefix}: ${calledAs} scan lists them`)
    if (found.length > 1) throw new CommandError(`${found.length} incidents begin with ${prefix}: write more of the id`)
    if (!verdicts.includes(only.verdict))
      throw new CommandError(
        `incident ${prefix} is only ${only.verdict}${only.verdict === 'suspected' ? ': add --include suspected to act on it' : ', with nothing to remove'}`,
      )
    return only
  })
}
