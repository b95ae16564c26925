import { noticedWords, shownTime } from '../../engine/index.ts'
import type { Finding, Gap, Incident, Scan } from '../../model/index.ts'
import { bytesInWords } from '../bytes-in-words.ts'
import { calledAs } from '../program-name.ts'
import { type Page, styled } from './page.ts'
import { timeAndAge } from './time.ts'
import { count, levelWord, short, verdictWord } from './verdict.ts'

const mostFindings = 8
const mostOthers = 12
const mostGaps = 12
const mostNoticed = 6

/** The verdict in the first line, evidence under it, what to do last. `reading`: options that a clean-up needs to see the same. */
export function printScan(scan: Scan, page: Page, reading = ''): void {
  page.text(`${verdictWord(scan.verdict)} – ${headline(scan)}`)
  page.text(styled(lookedAt(scan), 'dim'))
  const byId = new Map(scan.findings.map(one => [one.id, one]))
  scan.incidents.forEach((incident, at) => {
    printIncident(incident, at + 1, byId, page)
  })
  printOthers(scan, page)
  printNoticed(scan, page)
  printAllowed(scan, page)
  printGaps(scan.gaps, page)
  printNext(scan, page, reading)
}

export function printIncident(
  incident: Incident,
  number: number,
  findings: ReadonlyMap<string, Finding>,
  page: Page,
  most = mostFindings,
): void {
  page.line()
  page.text(`${verdictWord(incident.verdict)} – ${styled(incident.title, 'strong')}`, 0, `${number}. `)
  page.text(styled(`incident ${short(incident.id)}`, 'dim'), 3)
  for (const sentence of incident.summary) {
    const line = withAge(sentence, incident)
    const at = line.indexOf(': ')
    page.text(
      at > 0 && at < 40 && !line.startsWith('Here since')
        ? `${styled(line.slice(0, at + 1), 'blue')}${line.slice(at + 1)}`
        : line,
      3,
    )
  }
  const own = incident.findings.map(id => findings.get(id)).filter(one => one !== undefined)
  const sorted = [...own].sort((a, b) => weight(b) - weight(a))
  if (incident.verdict !== 'exposure') {
    page.line(`   ${styled('Why:', 'blue')}`)
    printFindings(sorted, most, page, 5)
    if (sorted.length > most)
      page.text(styled(`and ${sorted.length - most} more: ${calledAs} explain ${short(incident.id)}`, 'dim'), 5)
  }
  for (const reason of incident.rebuildAdvised) page.text(`${styled('Rebuild advised:', 'red')} ${reason}.`, 3)
  for (const way of incident.entryPoints)
    page.text(`${styled(way.what === 'unknown' ? 'Find the way in:' : 'Close the way in:', 'blue')} ${way.advice}`, 3)
}

/** A reader at night does not reckon with dates. */
function withAge(sentence: string, { since }: Incident): string {
  if (since === undefined) return sentence
  return sentence.replace(shownTime(since.at), () => timeAndAge(since.at, new Date().toISOString()))
}

/** One line each: level, sentence, technique, id. Alike sentences are counted. */
export function printFindings(findings: readonly Finding[], most: number, page: Page, indent: number): void {
  for (const one of findings.slice(0, most)) {
    const technique = one.attack.length > 0 ? `${one.attack.join(' ')}, ` : ''
    const tail = styled(`(${technique}${short(one.id)})`, 'dim')
    page.text(
      `${one.because} ${tail}`,
      indent,
      `${levelWord(one.level)}${' '.repeat(Math.max(2, 10 - one.level.length))}`,
    )
  }
}

function printOthers(scan: Scan, page: Page): void {
  const told = new Set(scan.incidents.flatMap(one => one.findings))
  const others = scan.findings.filter(one => !told.has(one.id) && one.allowed === undefined)
  if (others.length === 0) return
  page.heading('Also seen, and not enough to be an incident')
  printFindings(others, mostOthers, page, 2)
  if (others.length > mostOthers) page.text(styled(`and ${others.length - mostOthers} more: use --json`, 'dim'), 2)
}

/** It may have ended since, or have been ended: what a scan finds of the present does not speak of it. */
function printNoticed({ noticed = [] }: Scan, page: Page): void {
  if (noticed.length === 0) return
  page.heading('Noticed before, and not there now')
  for (const one of noticed.slice(0, mostNoticed))
    page.text(`${noticedWords(one)} ${styled(`(${one.verdict}, ${short(one.detection)})`, 'dim')}`, 2, '- ')
  if (noticed.length > mostNoticed) page.text(styled(`and ${noticed.length - mostNoticed} more: use --json`, 'dim'), 2)
}

function printAllowed(scan: Scan, page: Page): void {
  const allowed = scan.findings.filter(one => one.allowed !== undefined)
  if (allowed.length === 0) return
  page.heading('Allowed')
  for (const one of allowed.slice(0, mostOthers)) {
    const { reason = '', author = '', expires = '' } = one.allowed ?? {}
    const until = expires === 'never' ? 'for good' : `until ${expires.slice(0, 10)}`
    page.text(`${one.because} ${styled(`Allowed by ${author} ${until}: ${reason}`, 'green')}`, 2)
  }
  if (allowed.length > mostOthers) page.text(styled(`and ${allowed.length - mostOthers} more: use --json`, 'dim'), 2)
}

export function printGaps(gaps: readonly Gap[], page: Page): void {
  if (gaps.length === 0) return
  page.heading(`Not looked at (${gaps.length})`)
  const groups = new Map<string, string[]>()
  for (const { what, why, path } of gaps) {
    const name = path !== undefined && !what.includes(path) ? `${what} ${path}` : what
    groups.set(why, [...(groups.get(why) ?? []), name])
  }
  for (const [why, names] of [...groups].slice(0, mostGaps)) {
    const rest = names.length > 6 ? ` and ${names.length - 6} more` : ''
    page.text(`${names.slice(0, 6).join(', ')}${rest}: ${why}`, 2)
  }
  if (groups.size > mostGaps) page.text(styled(`and ${groups.size - mostGaps} more reasons: use --json`, 'dim'), 2)
}

function printNext(scan: Scan, page: Page, reading: string): void {
  const root = scan.target.live ? '' : ` --root ${scan.target.root}`
  const first = scan.incidents[0]
  page.heading('What to do now')
  const denied = scan.gaps.filter(one => one.why === 'permission denied').length
  const rows: [string, string][] = []
  if (scan.offlineScan !== undefined) printOffline(scan.offlineScan, page)
  if (denied > 0 && process.getuid?.() !== 0)
    rows.push([`sudo ${calledAs} scan${root}`, `look as root: ${count(denied, 'place')} could not be read`])
  if (first === undefined) {
    if (scan.offlineScan === undefined)
      page.text(
        scan.mode === 'quick' && scan.target.live
          ? `Nothing. Miners pause when they are watched: to look longer, run ${calledAs} scan --observe 60s`
          : 'Nothing.',
        2,
      )
    if (rows.length > 0) page.commands(rows)
    return
  }
  if (scan.verdict === 'confirmed')
    rows.push(
      [`${calledAs} clean${root}${reading}`, 'shows the plan, asks, removes it, proves it'],
      [`${calledAs} plan${root}${reading}`, 'only shows what would be done, and why'],
    )
  else if (scan.verdict === 'suspected')
    rows.push(
      [`${calledAs} explain ${short(first.id)}`, 'decide whether this is meant to be so'],
      [`${calledAs} clean${root}${reading} --include suspected`, 'if it is not: shows the plan, asks, removes it'],
      [`${calledAs} allow add --help`, 'if it is'],
    )
  if (scan.verdict !== 'suspected') rows.push([`${calledAs} explain ${short(first.id)}`, 'all the evidence'])
  rows.push([`${calledAs} report`, 'one HTML file for others'])
  page.commands(rows)
}

/** What a kernel says that hides things proves nothing. */
function printOffline({ because, how }: NonNullable<Scan['offlineScan']>, page: Page): void {
  page.text(`${styled('Look at the disk from another system:', 'red')} ${because[0] ?? ''} ${how}`, 2)
}

function headline(scan: Scan): string {
  const of = (verdict: Incident['verdict']) => scan.incidents.filter(one => one.verdict === verdict).length
  const { hostname } = scan.target
  const where = scan.target.live ? `on ${hostname ?? 'this host'}` : `in ${scan.target.root}`
  switch (scan.verdict) {
    case 'confirmed': {
      const suspected = of('suspected')
      const more = suspected > 0 ? `, and ${count(suspected, 'suspicion')}` : ''
      return `${count(of('confirmed'), 'intrusion')} ${where}${more}`
    }
    case 'suspected':
      return `${count(of('suspected'), 'thing')} ${where} that a person should look at`
    case 'exposure':
      return `No intruder ${where}, but ${count(of('exposure'), 'open door')}`
    case 'nothing':
      if (scan.offlineScan !== undefined)
        return `No sign of a miner or intruder ${where}, but its kernel may hide one: this says nothing about it`
      return `No sign of a miner or intruder ${where}${scan.gaps.length > 0 ? ', in what could be looked at' : ''}`
  }
}

function lookedAt(scan: Scan): string {
  const facts = Object.values(scan.facts).reduce((sum, one) => sum + one, 0)
  const system = scan.target.system === undefined ? '' : `${scan.target.system}, `
  const kind = scan.target.live ? 'running system' : 'mounted tree: what runs was not seen'
  const seconds = (scan.durationMs / 1000).toFixed(1)
  const looked = `Looked at ${count(facts, 'fact')} with ${count(scan.rules.count, 'rule')} in ${seconds} s.`
  return `${system}${kind}. ${looked}${readContents(scan)}`
}

function readContents({ contents }: Scan): string {
  if (contents === undefined) return ''
  const { files, bytes, cached } = contents
  const unchanged = cached === 0 ? '' : `, ${cached} of them unchanged since an earlier scan`
  return ` Read the contents of ${count(files, 'file')} (${bytesInWords(bytes)})${unchanged}.`
}

function weight(finding: Finding): number {
  const levels = ['informational', 'low', 'medium', 'high', 'critical']
  return levels.indexOf(finding.level) * 2 + (finding.conclusive ? 1 : 0)
}
