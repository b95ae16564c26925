import type { AlertStory } from '../../model/api/index.ts'
import type { NoticedPart } from '../../model/index.ts'
import { nameOf, startersOf, subjectName } from '../noticed-words.ts'
import { shortened } from './label.ts'
import { instant } from './moments.ts'

type Node = AlertStory['noticed'][number]

/** A host may claim any number. */
const most = { parts: 30, above: 20, nodes: 150 } as const

/** Chains of what was noticed, as trees: what has the same beginning stands below it once. Parents before their children. */
export function chainsOf(noticed: readonly NoticedPart[]): Node[] {
  const nodes: Node[] = []
  const places = new Map<string, Node>()
  const place = (parent: Node | undefined, name: string, node: Omit<Node, 'id' | 'parent'>): Node => {
    const key = `${parent?.id ?? ''}\u0000${name}`
    const known = places.get(key)
    // The same process may lead to one thing and have been noticed itself.
    if (known !== undefined && (node.noticed === undefined || known.noticed === undefined)) {
      if (node.noticed !== undefined) known.noticed = node.noticed
      return known
    }
    const made: Node = { id: `n${nodes.length}`, ...(parent === undefined ? {} : { parent: parent.id }), ...node }
    nodes.push(made)
    places.set(key, known ?? made)
    return made
  }
  for (const part of noticed.slice(0, most.parts)) {
    const above = startersOf(part).slice(-most.above)
    const leaf = leafOf(part)
    if (leaf === undefined || nodes.length + above.length + 2 > most.nodes) continue
    let parent = part.service === undefined ? undefined : place(undefined, `unit ${part.service}`, unit(part.service))
    for (const one of above) {
      const { pid, path, name, command } = one
      const detail = shortened(command ?? path ?? name ?? '', 500)
      parent = place(parent, processName(one), { label: short(nameOf(one)), detail, pid: Math.trunc(pid) })
    }
    const { kind } = part.subject
    const own = kind === 'autostart' || kind === 'file' ? part.detection : processName(part.subject)
    place(parent, own, leaf)
  }
  return nodes
}

function processName({ pid, startTime, path }: Partial<NoticedPart['subject']>): string {
  return `${pid ?? ''} ${startTime ?? ''} ${path ?? ''}`
}

function unit(name: string): Omit<Node, 'id' | 'parent'> {
  return { label: short(name), detail: '' }
}

function leafOf({ subject, at, times, verdict, because, responses, facts }: NoticedPart) {
  const time = instant(at)
  if (time === undefined) return undefined
  const [fact] = facts
  return {
    label: short(subjectName(subject)),
    detail: shortened(subject.command ?? subject.path ?? '', 500),
    ...(subject.pid === undefined ? {} : { pid: Math.trunc(subject.pid) }),
    noticed: {
      at: time,
      times: Math.max(1, Math.min(1_000_000, Math.trunc(times) || 1)),
      kind: subject.kind,
      verdict,
      because: because.slice(0, 5).map(one => shortened(one, 500)),
      responses: responses.slice(-20).map(({ kind, outcome, run }) => ({
        kind,
        outcome,
        ...(run === undefined ? {} : { run }),
      })),
      ...(fact === undefined ? {} : { fact }),
    },
  }
}

function short(text: string): string {
  return shortened(text, 120)
}
