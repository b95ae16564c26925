import type { AlertStory } from '../../model/api/index.ts'
import { type IncidentStory, oldestFirst, storyOfFinding, storyOfIncident } from '../../engine/story/index.ts'
import { centerMoments } from './center-moments.ts'
import { layOut } from './layout.ts'
import type { AlertCase } from './load-case.ts'

const mostMoments = 1_000

/** What the host's evidence tells, with what the center did about it, and the graph in its places. */
export function storyOf(alertCase: AlertCase, options: { readonly nodes?: number } = {}): AlertStory {
  const told = toldBy(alertCase, options)
  const alerts = new Map(alertCase.findings.map(one => [one.finding.id, one.alert]))
  if (alertCase.finding !== undefined) alerts.set(alertCase.finding.id, alertCase.alert.id)
  return {
    summary: [...told.summary],
    why: told.why.map(one => {
      const alert = alerts.get(one.finding)
      return alert === undefined ? one : { ...one, alert }
    }),
    entryPoints: told.entryPoints,
    rebuildAdvised: [...told.rebuildAdvised],
    timeline: oldestFirst([...told.timeline, ...centerMoments(alertCase)]).slice(0, mostMoments),
    graph: layOut(told.graph),
    processes: told.processes,
    noticed: told.noticed,
  }
}

function toldBy({ alert, incident, finding, findings, said }: AlertCase, options: { nodes?: number }): IncidentStory {
  if (finding !== undefined) return storyOfFinding(finding, incident, options)
  if (incident !== undefined)
    return storyOfIncident(
      incident,
      findings.map(one => one.finding),
      options,
    )
  return { ...nothing, summary: [alert.title, ...sentences(said)] }
}

const nothing: Omit<IncidentStory, 'summary'> = {
  why: [],
  entryPoints: [],
  rebuildAdvised: [],
  timeline: [],
  graph: { nodes: [], edges: [], leftOut: 0 },
  processes: [],
  noticed: [],
}

/** Of an indicator: what it is and what of the host names it. Of an agent: what was done to it. */
function sentences(said: Readonly<Record<string, unknown>>): string[] {
  const text = (name: string) => (typeof said[name] === 'string' ? said[name] : '')
  const sources = Array.isArray(said['sources']) ? said['sources'].filter(one => typeof one === 'string') : []
  return [
    text('kind') === '' ? '' : `The ${text('kind')} ${text('value')} is an indicator of ${text('source')}.`,
    text('note'),
    sources.length === 0 ? '' : `On this host it is named by: ${sources.join(', ')}.`,
    text('what') === '' ? '' : `${text('what')}: ${text('detail')}`,
  ].filter(one => one !== '')
}
