import type { ActionState, Detection, Response, ResponseKind, Run } from '../../model/index.ts'
import { describeAction } from '../print/action.ts'
import type { LeftOut } from './allowed-plan.ts'

const mostNamed = 5

/** What became of a run, and what was left out of it: one response for each kind and outcome. */
export function responsesOf(
  run: Run | undefined,
  kinds: ReadonlyMap<number, ResponseKind>,
  left: readonly LeftOut[],
  detection: Pick<Detection, 'at'>,
): Response[] {
  const at = new Date().toISOString()
  const afterMs = Math.max(0, Date.parse(at) - Date.parse(detection.at))
  const done = groupsOf(
    (run?.actions ?? []).flatMap(one => {
      const kind = kinds.get(one.number) ?? (one.action.kind === 'kill-process' ? joined(kinds) : undefined)
      return kind === undefined ? [] : [{ key: `${kind} ${outcomeOf(one)}`, one: { kind, action: one } }]
    }),
  ).map((group): Response => {
    const [first] = group
    const outcome = outcomeOf(first.action)
    return {
      kind: first.kind,
      at,
      outcome,
      detail: sentence(group.map(({ action }) => wordsOf(action))),
      ...(run === undefined ? {} : { run: run.id }),
      ...(outcome === 'done' ? { afterMs } : {}),
    }
  })
  const leftOut = groupsOf(left.map(one => ({ key: `${one.kind} ${one.outcome} ${one.detail}`, one }))).map(
    (group): Response => ({
      kind: group[0].kind,
      at,
      outcome: group[0].outcome,
      detail: `${group[0].detail} Left: ${sentence(group.map(one => describeAction(one.action.action)))}`,
    }),
  )
  return [...done, ...leftOut].map(one => ({ ...one, detail: one.detail.slice(0, mostDetail) }))
}

const mostDetail = 2_000

/** A process that joined the frozen set counts as what its fellows are. */
function joined(kinds: ReadonlyMap<number, ResponseKind>): ResponseKind {
  return [...kinds.values()].includes('clean') ? 'clean' : 'kill-process'
}

function outcomeOf({ outcome }: ActionState): 'done' | 'failed' {
  return outcome === 'done' || outcome === 'already-done' ? 'done' : 'failed'
}

function wordsOf({ action, outcome, detail }: ActionState): string {
  const why = detail === undefined ? outcome : `${outcome}: ${detail}`
  return outcome === 'done' ? describeAction(action) : `${describeAction(action)} (${why})`
}

function sentence(parts: readonly string[]): string {
  const more = parts.length > mostNamed ? ` and ${parts.length - mostNamed} more` : ''
  return `${parts.slice(0, mostNamed).join('; ')}${more}.`
}

function groupsOf<T>(keyed: readonly { readonly key: string; readonly one: T }[]): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>()
  for (const { key, one } of keyed) {
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return [...groups.values()]
}
