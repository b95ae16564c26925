import { type Finding, finding as findingSchema } from '../../../../model/index.ts'
import type { AnswerTo } from '../../../center/index.ts'

export type AllowCondition = AnswerTo<'listAllowances'>['items'][number]['condition']

export const conditionNames = ['rule', 'sha256', 'path', 'user', 'package', 'fingerprint'] as const
export type ConditionName = (typeof conditionNames)[number]

/** A part of a condition that the finding fulfils. */
export interface Candidate {
  readonly name: ConditionName
  readonly value: string
  /** For people: of a rule its title. */
  readonly shown: string
}

/** Where the center looks for each part in a fact (center/ingest/allow-match.ts). */
const fields: Readonly<Record<Exclude<ConditionName, 'rule'>, readonly string[]>> = {
  sha256: ['sha256'],
  path: ['path', 'script', 'library', 'targets'],
  user: ['user'],
  package: ['package'],
  fingerprint: ['fingerprint'],
}

/** What an allowance for this finding could name; nothing when the evidence is no finding. */
export function candidatesOf(evidence: unknown): readonly Candidate[] {
  const parsed = findingSchema.safeParse(evidence)
  if (!parsed.success) return []
  const { rule, fact } = parsed.data
  const found: Candidate[] = [{ name: 'rule', value: rule.id, shown: rule.title }]
  for (const name of conditionNames) {
    if (name === 'rule') continue
    const asked = name === 'user' && fact.kind === 'account' ? ['name'] : fields[name]
    const value = asked.map(field => firstText(fact, field)).find(one => one !== undefined)
    if (value !== undefined) found.push({ name, value, shown: value })
  }
  return found
}

/** The narrowest that still fits the same thing tomorrow: its rule, with the contents of the file, or else its place. */
export function advisedOf(candidates: readonly Candidate[]): readonly ConditionName[] {
  const names = candidates.map(one => one.name)
  const object = (['sha256', 'fingerprint', 'package', 'path', 'user'] as const).find(one => names.includes(one))
  return ['rule', ...(object === undefined ? [] : [object])]
}

export function conditionOf(candidates: readonly Candidate[], chosen: readonly ConditionName[]): AllowCondition {
  return Object.fromEntries(candidates.filter(one => chosen.includes(one.name)).map(({ name, value }) => [name, value]))
}

export function isEmpty(condition: AllowCondition): boolean {
  return Object.values(condition).every(one => one === undefined || one === '')
}

function firstText(fact: Finding['fact'], field: string): string | undefined {
  const value: unknown = Reflect.get(fact, field)
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' && first !== '' ? first : undefined
}
