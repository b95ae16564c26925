import type { KnownReason } from '../../model/api/index.ts'
import type { Edge, IdentifiedFact } from '../../model/index.ts'
import { spanning } from './spanning.ts'

/** An edge as it is read and drawn: the upper thing, what it has to do with the lower one, the lower one. */
export interface ReadEdge {
  readonly from: string
  readonly to: string
  readonly reason: string
}

/** Reasons of the walk say something about the fact that was reached. `turned`: that one is the cause, and stands above. */
const readings: readonly (readonly [begins: string, reason: KnownReason, turned?: 'turned'])[] = [
  ['is what the process runs', 'runs as', 'turned'],
  ['is named by ', 'names'],
  ['was given to the process', 'is given to', 'turned'],
  ['is held open by the process', 'holds open'],
  ['was started by pid ', 'started'],
  ['started pid ', 'started', 'turned'],
  ['starts ', 'starts', 'turned'],
  ['is a connection of the process', 'talks to'],
  ['holds the connection to ', 'talks to', 'turned'],
  ['hides the process', 'hides', 'turned'],
  ['is hidden by this mount', 'hides'],
  ['has the same content', 'has the same content as'],
  ['runs the same program', 'runs the same program as'],
  ['runs in ', 'runs as'],
  ['loads ', 'loads', 'turned'],
  ['is the library that it loads', 'loads'],
  ['is the command that it replaced', 'stands in the place of'],
  ['stands in the place of the command', 'stands in the place of', 'turned'],
  ['is the original under another name', 'was moved to'],
  ['lets ', 'allows', 'turned'],
  ['is this autostart', 'is written in', 'turned'],
  ['is the file of the ', 'is written in'],
  ['is a configuration beside the program', 'is configured by'],
  ['is the program beside the configuration', 'is configured by', 'turned'],
  ['lies in the same ', 'lies beside'],
  ['is what the link points at', 'points at'],
  ['is in the text of ', 'writes'],
  ['was written by ', 'writes'],
  ['is made by ', 'creates'],
  ['logs in as ', 'logs in as', 'turned'],
  ['is given to ', 'gets rights from'],
  ['is a job of ', 'owns'],
  ['was made in the minutes in which ', 'changed in the same minutes as'],
  ['keeps ', 'protects', 'turned'],
  ['is another line of the same unit', 'belongs to the same unit as'],
  ['is the unit that goes with it', 'goes with'],
  ['is set by the same unit', 'sets'],
  ['changed within the same ten minutes', 'changed in the same minutes as'],
  ['nothing else on this host explains it', 'belongs to the same intrusion as'],
]

/** Turns an edge so that what starts stands above what is started. A reason that nothing is known of stays, with its direction. */
export function readEdge(edge: Edge, from: IdentifiedFact, to: IdentifiedFact): ReadEdge {
  if (edge.reason.startsWith('lies in the same ')) {
    if (isIn(to, from)) return { from: edge.from, to: edge.to, reason: 'holds' }
    if (isIn(from, to)) return { from: edge.to, to: edge.from, reason: 'holds' }
  }
  // A process runs a file, and a script too; above stands what was there first.
  if (edge.reason.startsWith('runs /'))
    return to.kind === 'process'
      ? { from: edge.from, to: edge.to, reason: 'runs as' }
      : { from: edge.to, to: edge.from, reason: 'runs' }
  const reading = readings.find(([begins]) => edge.reason.startsWith(begins))
  if (reading === undefined) return { from: edge.from, to: edge.to, reason: edge.reason }
  const [, reason, turned] = reading
  return turned === undefined ? { from: edge.from, to: edge.to, reason } : { from: edge.to, to: edge.from, reason }
}

function isIn(fact: IdentifiedFact, directory: IdentifiedFact): boolean {
  return fact.kind === 'file' && directory.kind === 'file' && fact.path.startsWith(`${directory.path}/`)
}

/** The stronger group first: the later ones are drawn only where nothing better joins two things. */
const weak: readonly (readonly KnownReason[])[] = [
  ['has the same content as', 'runs the same program as'],
  ['holds', 'lies beside', 'belongs to the same unit as', 'goes with'],
  ['owns', 'changed in the same minutes as'],
  ['belongs to the same intrusion as'],
]

/** Without the edges that say nothing new: a hundred copies of one file need not be joined each with each. */
export function withoutClutter(edges: readonly ReadEdge[]): ReadEdge[] {
  const rank = (edge: ReadEdge) => weak.findIndex(group => group.some(reason => reason === edge.reason))
  const { joining, closing } = spanning(edges.toSorted((a, b) => rank(a) - rank(b)))
  return [...joining, ...closing.filter(one => rank(one) < 0)]
}
