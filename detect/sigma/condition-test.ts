import { type Condition, namesFor, parseCondition } from './condition.ts'
import type { Detection, Matched } from './detection.ts'
import type { EventView } from './event.ts'
import { mostTelling, type Needed, together } from './literal-index.ts'

/** What a rule says of an event. */
export interface Tester {
  readonly needed: Needed
  test(event: EventView): boolean
  explain(event: EventView): Matched[]
}

/** Conditions of a rule over its selections; several mean any of them. Throws where a name is no selection. */
export function compileConditions(
  conditions: readonly string[],
  detections: ReadonlyMap<string, Detection>,
  warn: (message: string) => void,
): Tester {
  const trees = conditions.map(text => {
    const tree = compileCondition(parseCondition(text), detections, warn)
    if (!tree) throw new Error(`condition "${text}" refers to no selection`)
    return tree
  })
  const only = trees[0]
  const test = trees.length === 1 && only ? only.test : (event: EventView) => trees.some(tree => tree.test(event))
  const asserted = new Set(conditions.flatMap(text => assertedNames(parseCondition(text), detections, true)))
  return {
    needed: together(trees.map(tree => tree.needed)),
    test,
    explain: event =>
      [...asserted].flatMap(name => {
        const detection = detections.get(name)
        return detection?.test(event) ? detection.explain(event, name) : []
      }),
  }
}

type Test = (event: EventView) => boolean

interface Tree {
  readonly needed: Needed
  readonly test: Test
}

/** Undefined where a `N of` stands for no selection: it is left out of what it is part of, as pySigma does. */
function compileCondition(
  condition: Condition,
  detections: ReadonlyMap<string, Detection>,
  warn: (message: string) => void,
): Tree | undefined {
  switch (condition.kind) {
    case 'name': {
      const detection = detections.get(condition.name)
      if (!detection) throw new Error(`condition names "${condition.name}", which is no selection`)
      return detection
    }
    case 'not': {
      const inner = compileCondition(condition.part, detections, warn)
      return inner && { needed: undefined, test: event => event.not(inner.test) }
    }
    case 'of': {
      const names = namesFor(condition.pattern, [...detections.keys()])
      if (names.length === 0) {
        warn(`no selection is named like "${condition.pattern}"`)
        return undefined
      }
      const parts = names.flatMap(name => detections.get(name) ?? [])
      return atLeast(condition.count === 'all' ? parts.length : condition.count, parts)
    }
    default: {
      const parts = condition.parts.flatMap(part => compileCondition(part, detections, warn) ?? [])
      if (parts.length === 0) return undefined
      return atLeast(condition.kind === 'and' ? parts.length : 1, parts)
    }
  }
}

function atLeast(count: number, parts: readonly Tree[]): Tree {
  const only = parts[0]
  if (parts.length === 1 && only && count === 1) return only
  const needed = (count >= parts.length ? mostTelling : together)(parts.map(part => part.needed))
  return {
    needed,
    test: countTest(
      count,
      parts.map(part => part.test),
    ),
  }
}

function countTest(count: number, tests: readonly Test[]): Test {
  if (count === 1) return event => tests.some(test => test(event))
  if (count === tests.length) return event => tests.every(test => test(event))
  return event => {
    let met = 0
    for (const test of tests) if (test(event) && ++met >= count) return true
    return false
  }
}

/** Selections that speak for a match, not those that would have prevented it. */
function assertedNames(condition: Condition, detections: ReadonlyMap<string, Detection>, positive: boolean): string[] {
  if (condition.kind === 'not') return assertedNames(condition.part, detections, !positive)
  if (condition.kind === 'name') return positive ? [condition.name] : []
  if (condition.kind === 'of') return positive ? namesFor(condition.pattern, [...detections.keys()]) : []
  return condition.parts.flatMap(part => assertedNames(part, detections, positive))
}
