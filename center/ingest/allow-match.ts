import type { z } from 'zod'
import type { allowCondition, scope } from '../../model/api/index.ts'
import type { Finding, IdentifiedFact, Incident } from '../../model/index.ts'

export type AllowCondition = z.output<typeof allowCondition>
export type AllowScope = z.output<typeof scope>

/** A row of `allow_rule` that is in force. */
export interface AllowRule {
  readonly id: string
  readonly scope: AllowScope
  readonly condition: AllowCondition
  readonly createdBy: string
}

/** What a scope is compared with. `groups`: the host's own and those above it. */
export interface ScopedHost {
  readonly host: string
  readonly groups: readonly string[]
  readonly tags: readonly string[]
}

/** The first rule that allows a finding on that host. */
export function ruleForFinding(finding: Finding, rules: readonly AllowRule[]): AllowRule | undefined {
  return rules.find(one => conditionCovers(one.condition, finding))
}

/** An incident is allowed when each of its findings is; gives the rule of the first. One without findings never is. */
export function ruleForIncident(
  incident: Incident,
  findings: ReadonlyMap<string, Finding>,
  rules: readonly AllowRule[],
): AllowRule | undefined {
  let first: AllowRule | undefined
  for (const id of incident.findings) {
    const finding = findings.get(id)
    const rule = finding && ruleForFinding(finding, rules)
    if (rule === undefined) return undefined
    first ??= rule
  }
  return first
}

/** Everywhere, where a scope says nothing; else where any of its lists names the host. */
export function scopeCovers(scope: AllowScope, host: ScopedHost): boolean {
  const { hosts, groups, tags } = scope
  if (hosts === undefined && groups === undefined && tags === undefined) return true
  return (
    hosts?.includes(host.host) === true ||
    groups?.some(one => host.groups.includes(one)) === true ||
    tags?.some(one => host.tags.includes(one)) === true
  )
}

/** All that the condition gives must agree; one that gives nothing covers nothing. */
export function conditionCovers(condition: AllowCondition, { rule, fact }: Finding): boolean {
  return conditionAgrees(condition, {
    rule: [rule.id],
    sha256: valuesOf(fact, ['sha256']),
    path: valuesOf(fact, ['path', 'script', 'library', 'targets']),
    user: valuesOf(fact, fact.kind === 'account' ? ['name'] : ['user']),
    package: valuesOf(fact, ['package']),
    fingerprint: valuesOf(fact, ['fingerprint']),
  })
}

/** The same for something that is no fact, of which these are the values. */
export function conditionAgrees(
  condition: AllowCondition,
  values: Readonly<Record<keyof AllowCondition, readonly unknown[]>>,
): boolean {
  const given = Object.entries(condition).filter(([, one]) => one !== undefined)
  return given.length > 0 && given.every(([name, one]) => values[name as keyof AllowCondition].includes(one))
}

function valuesOf(fact: IdentifiedFact, fields: readonly string[]): unknown[] {
  return fields.flatMap((field): unknown => Reflect.get(fact, field))
}
