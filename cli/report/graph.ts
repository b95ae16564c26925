import { describeFact, mechanismWords } from '../../engine/index.ts'
import type { FactKind, IdentifiedFact, Incident } from '../../model/index.ts'
import { cut } from '../print/text.ts'
import { html, type Markup } from './markup.ts'

/** Columns from what lets it start to whom it talks to. */
const columns: readonly { readonly title: string; readonly kinds: readonly FactKind[] }[] = [
  { title: 'How it got or gets in', kinds: ['log-entry', 'listener', 'account', 'login-key', 'sudo-rule'] },
  {
    title: 'What starts it',
    kinds: ['autostart', 'preload', 'container', 'kernel-module', 'bpf-program', 'kernel-hook'],
  },
  {
    title: 'Files and settings',
    kinds: ['file', 'command-integrity', 'mount', 'hosts-entry', 'resolver', 'sysctl', 'setting', 'package'],
  },
  { title: 'What runs', kinds: ['process'] },
  { title: 'Whom it talks to', kinds: ['socket'] },
]
const box = { width: 240, height: 46, gapX: 70, gapY: 12, top: 34 }
const mostInColumn = 40

interface Placed {
  readonly fact: IdentifiedFact
  readonly member: boolean
  readonly x: number
  readonly y: number
}

/** The incident as a drawing: facts in columns, edges between them with their reasons. */
export function graphOf(incident: Incident): Markup {
  const touched = new Set(incident.edges.flatMap(one => [one.from, one.to]))
  const facts = [
    ...incident.members.map(fact => ({ fact, member: true })),
    ...incident.context.filter(one => touched.has(one.id)).map(fact => ({ fact, member: false })),
  ]
  const used = columns
    .map(column => ({
      ...column,
      facts: facts.filter(one => column.kinds.includes(one.fact.kind)).slice(0, mostInColumn),
    }))
    .filter(column => column.facts.length > 0)
  const placed = new Map<string, Placed>()
  used.forEach((column, across) => {
    column.facts.forEach(({ fact, member }, down) => {
      const x = across * (box.width + box.gapX)
      const y = box.top + down * (box.height + box.gapY)
      if (!placed.has(fact.id)) placed.set(fact.id, { fact, member, x, y })
    })
  })
  const width = used.length * (box.width + box.gapX)
  const height = Math.max(...used.map(one => one.facts.length), 1) * (box.height + box.gapY) + box.top
  const left = facts.length - placed.size
  return html`<div class="scroll"><svg viewBox="-4 0 ${width + 8} ${height}" width="${width + 8}" height="${height}" style="min-width:${Math.min(width + 8, 900)}px" role="img" aria-label="Graph of the incident">
${used.map((column, across) => html`<text class="column" x="${across * (box.width + box.gapX)}" y="18">${column.title}</text>`)}
${incident.edges.map(edge => edgeMarkup(placed.get(edge.from), placed.get(edge.to), edge.reason))}
${[...placed.values()].map(nodeMarkup)}
</svg></div>${left > 0 ? html`<p class="quiet">${left} more are in the table below.</p>` : undefined}`
}

function edgeMarkup(from: Placed | undefined, to: Placed | undefined, reason: string): Markup | undefined {
  if (from === undefined || to === undefined || from === to) return undefined
  const [left, right] = from.x <= to.x ? [from, to] : [to, from]
  const [y1, y2] = [left.y + box.height / 2, right.y + box.height / 2]
  const x1 = left.x + box.width
  // Two of one column are joined by a bow on their right side.
  const same = left.x === right.x
  const x2 = same ? x1 : right.x
  const bend = same ? box.gapX * 0.6 : (x2 - x1) / 2
  const path = same
    ? `M${x1} ${y1} C${x1 + bend} ${y1} ${x1 + bend} ${y2} ${x2} ${y2}`
    : `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
  return html`<path class="edge" d="${path}"><title>${describeFact(from.fact)} – ${describeFact(to.fact)}: ${reason}</title></path>`
}

function nodeMarkup({ fact, member, x, y }: Placed): Markup {
  const [kind, name] = labelOf(fact)
  return html`<g class="node ${member ? 'member' : 'context'}"><title>${describeFact(fact)}</title><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="5"/><text class="kind" x="${x + 10}" y="${y + 18}">${shortened(kind)}</text><text x="${x + 10}" y="${y + 36}">${shortened(name)}</text></g>
`
}

/** What it is, and which. */
function labelOf(fact: IdentifiedFact): readonly [string, string] {
  switch (fact.kind) {
    case 'process':
      return [`process ${fact.pid}`, fact.path ?? fact.name]
    case 'autostart':
      return [mechanismWords(fact.mechanism), fact.line === undefined ? fact.path : `${fact.path}:${fact.line}`]
    case 'preload':
      return ['preloaded library', fact.library]
    case 'socket':
      return ['connection', `${fact.address}:${fact.port}`]
    case 'account':
      return ['account', fact.name]
    case 'sysctl':
      return ['kernel setting', `${fact.name} = ${fact.value}`]
    default:
      return [fact.kind.replaceAll('-', ' '), describeFact(fact).replace(`${fact.kind} `, '')]
  }
}

/** The end of a path says more than its beginning. */
function shortened(name: string): string {
  const letters = [...name]
  if (letters.length <= 30) return cut(name, 30)
  return `${letters.slice(0, 9).join('')}…${letters.slice(-20).join('')}`
}
