import { createHash } from 'node:crypto'
import { type Fact, type Finding, type Incident, levels, type Scan } from '../../model/index.ts'
import { typeOfFinding, typeOfIncident } from './alert-type.ts'
import { shortText } from './clean-value.ts'
import { ReportRefused } from './report-refused.ts'

/** An incident or finding of a scan in the form that the table of alerts has. */
export interface SeenAlert {
  readonly about: 'incident' | 'finding'
  /** The host's id. */
  readonly origin: string
  /** The host's id of the incident that a finding belongs to. */
  readonly parent: string | undefined
  readonly type: string
  readonly rule: string
  readonly level: number
  readonly verdict: string
  readonly title: string
  readonly families: readonly string[]
  readonly attack: readonly string[]
  readonly hashes: readonly string[]
  /** 16 bytes that change with what it means, 16 that change with what is shown (but not with mere measurements). */
  readonly mark: Buffer
  readonly body: Incident | Finding
  readonly facts: readonly Fact[]
  readonly mergedFrom: readonly string[]
}

/** What differs between two looks at the same thing, and tells nobody anything. */
const measurements = new Set([
  'cpuPercent',
  'cpuSeconds',
  'cpuAveragePercent',
  'cpuSustainedSeconds',
  'ageSeconds',
  'ageDays',
  'residentBytes',
  'hugePagesBytes',
  'bytesSent',
  'bytesReceived',
  'sentPerMinute',
  // Of what was noticed, which happens again each minute.
  'times',
  'lastAt',
])

/** Incidents first, then findings; an id that comes twice counts once. */
export function alertsOf(scan: Scan): SeenAlert[] {
  const findings = new Map(scan.findings.map(one => [one.id, one]))
  const incidents = new Map(scan.incidents.map(one => [one.id, one]))
  const parents = new Map<string, string>()
  for (const incident of incidents.values())
    for (const finding of incident.findings) if (!parents.has(finding)) parents.set(finding, incident.id)
  return [
    ...[...incidents.values()].map(one => ofIncident(one, findings)),
    ...[...findings.values()].map(one => ofFinding(one, parents.get(one.id))),
  ]
}

function ofIncident(incident: Incident, findings: ReadonlyMap<string, Finding>): SeenAlert {
  const own = incident.findings.map(id => findings.get(id)).filter(one => one !== undefined)
  const facts = [...incident.members, ...own.map(one => one.fact)]
  return {
    about: 'incident',
    origin: checkedId(incident.id),
    parent: undefined,
    type: typeOfIncident(incident, own),
    rule: '',
    level: levels.indexOf(incident.level),
    verdict: incident.verdict,
    title: titleOf(incident.title),
    families: few(incident.families),
    attack: few(incident.attack),
    hashes: hashesOf(facts),
    mark: markOf(
      [
        incident.verdict,
        incident.level,
        incident.title,
        incident.families,
        [...incident.findings].sort(),
        incident.members.map(one => one.id).sort(),
      ],
      incident,
    ),
    body: incident,
    facts,
    mergedFrom: incident.mergedFrom.slice(0, 100),
  }
}

function ofFinding(finding: Finding, parent: string | undefined): SeenAlert {
  return {
    about: 'finding',
    origin: checkedId(finding.id),
    parent,
    type: typeOfFinding(finding),
    rule: shortText(finding.rule.id, 200),
    level: levels.indexOf(finding.level),
    verdict: '',
    title: titleOf(finding.rule.title),
    families: few(finding.families),
    attack: few(finding.attack),
    hashes: hashesOf([finding.fact]),
    mark: markOf([finding.rule.id, finding.level, finding.class, parent, finding.allowed?.id], finding),
    body: finding,
    facts: [finding.fact],
    mergedFrom: [],
  }
}

/** It becomes a key of an index, which takes no more; ours have 16 characters. */
function checkedId(id: string): string {
  if (id === '' || id.length > 200)
    throw new ReportRefused('id of an incident or finding: has no or more than 200 characters')
  return id
}

function titleOf(title: string): string {
  return shortText(title.replaceAll(/\s+/g, ' ').trim(), 500)
}

function few(words: readonly string[]): string[] {
  return [...new Set(words.slice(0, 50).map(one => shortText(one, 100)))]
}

function hashesOf(facts: readonly Fact[]): string[] {
  const hashes = new Set<string>()
  for (const fact of facts) {
    if ('sha256' in fact && fact.sha256 !== undefined) hashes.add(fact.sha256)
    if ('md5' in fact && fact.md5 !== undefined) hashes.add(fact.md5)
  }
  return [...hashes].filter(one => /^[0-9a-f]{32,128}$/i.test(one)).slice(0, 200)
}

function markOf(meaning: unknown, body: unknown): Buffer {
  const shown = JSON.stringify(body, (key, value: unknown) => (measurements.has(key) ? undefined : value))
  return Buffer.concat([half(JSON.stringify(meaning)), half(shown)])
}

function half(text: string): Buffer {
  return createHash('sha256').update(text).digest().subarray(0, 16)
}
