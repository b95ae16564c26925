import type { RuleHead } from '../detect/index.ts'
import { describeFact } from '../engine/index.ts'
import type { Finding, IdentifiedFact, Incident } from '../model/index.ts'
import { CommandError } from './command-error.ts'
import type { Context } from './context.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { printActions } from './print/explained-actions.ts'
import { printChains } from './print/noticed.ts'
import { printFact } from './print/fact.ts'
import { type Page, styled } from './print/page.ts'
import { printFindings, printIncident } from './print/scan.ts'
import { timeAndAge } from './print/time.ts'
import { levelWord, short } from './print/verdict.ts'
import { calledAs } from './program-name.ts'
import { contentHeads, ownRulesFolder } from '../rulebook/index.ts'
import { savedScans } from './saved-scans.ts'
import type { SavedScan } from './state/saved-scan.ts'

/** What an id names. */
type Named =
  | { readonly kind: 'incident'; readonly incident: Incident; readonly saved: SavedScan }
  | { readonly kind: 'finding'; readonly finding: Finding; readonly saved: SavedScan }
  | { readonly kind: 'rule'; readonly rule: RuleHead; readonly findings: readonly Finding[] }

/** All there is about an incident, a finding or a rule. */
export async function explainCommand(options: { root?: string }, context: Context, id: string): Promise<ExitCode> {
  const named = await find(id, savedScans(context.state, options.root))
  const { page } = context
  if (named.kind === 'incident') {
    const { incident, saved } = named
    const findings = saved.scan.findings.filter(one => incident.findings.includes(one.id))
    const actions = saved.plan.actions.filter(one => one.incident === incident.id)
    if (context.json)
      context.print({ format: 'davylamp-explanation', version: 1, kind: 'incident', incident, findings, actions })
    else explainIncident(incident, saved, page)
  } else if (named.kind === 'finding') {
    const rule = await ruleOf(named.finding.rule.id)
    const incidents = named.saved.scan.incidents
      .filter(one => one.findings.includes(named.finding.id))
      .map(one => one.id)
    if (context.json)
      context.print({
        format: 'davylamp-explanation',
        version: 1,
        kind: 'finding',
        finding: named.finding,
        rule,
        incidents,
      })
    else explainFinding(named.finding, rule, incidents, page)
  } else if (context.json) {
    context.print({
      format: 'davylamp-explanation',
      version: 1,
      kind: 'rule',
      rule: named.rule,
      findings: named.findings,
    })
  } else {
    explainRule(named.rule, named.findings, page)
  }
  return exitCodes.fine
}

async function find(id: string, scans: readonly SavedScan[]): Promise<Named> {
  for (const saved of scans) {
    const { incidents, findings } = saved.scan
    const found: Named[] = [
      ...incidents
        .filter(one => one.id.startsWith(id))
        .map(incident => ({ kind: 'incident' as const, incident, saved })),
      ...findings.filter(one => one.id.startsWith(id)).map(finding => ({ kind: 'finding' as const, finding, saved })),
    ]
    const unique = found.filter((one, at) => found.findIndex(two => nameOf(two) === nameOf(one)) === at)
    const [only] = unique
    if (unique.length > 1)
      throw new CommandError(`${unique.length} incidents and findings begin with ${id}: write more of the id`)
    if (only !== undefined) return only
  }
  const rules = (await allRules()).filter(one => one.id.startsWith(id))
  const rule = rules.find(one => one.id === id) ?? rules[0]
  if (rule !== undefined && (rules.length === 1 || rule.id === id)) {
    const findings = scans.flatMap(one => one.scan.findings).filter(one => one.rule.id === rule.id)
    return { kind: 'rule', rule, findings }
  }
  if (rules.length > 1) throw new CommandError(`${rules.length} rules begin with ${id}: write more of the id`)
  const hint =
    scans.length === 0
      ? `There is no saved scan yet: run ${calledAs} scan first.`
      : `The last scans and the rules have no such id; ids stand in ${calledAs} scan.`
  throw new CommandError(`nothing is known of ${id}. ${hint}`)
}

function explainIncident(incident: Incident, saved: SavedScan, page: Page): void {
  const findings = new Map(saved.scan.findings.map(one => [one.id, one]))
  page.text(
    styled(
      `Scan of ${timeAndAge(saved.scan.startedAt, new Date().toISOString())}, of ${saved.scan.target.live ? 'this host' : saved.scan.target.root}`,
      'dim',
    ),
  )
  printIncident({ ...incident, entryPoints: [] }, 1, findings, page, Number.POSITIVE_INFINITY)
  for (const one of incident.attribution)
    page.text(`${styled(`Looks like ${one.family}`, 'blue')} (${one.confidence}): ${one.because}`, 3)
  printChains(incident.noticed ?? [], page)
  listFacts('Belongs to it', incident.members, page)
  listFacts('Explains it, and is not touched', incident.context, page)
  if (incident.edges.length > 0) {
    page.heading('Why these belong together')
    const names = new Map([...incident.members, ...incident.context].map(one => [one.id, describeFact(one)]))
    for (const { from, to, reason } of incident.edges)
      page.text(
        `${names.get(from) ?? from} ${styled('–', 'dim')} ${names.get(to) ?? to}: ${styled(reason, 'blue')}`,
        2,
        '- ',
      )
  }
  if (incident.entryPoints.length > 0) {
    page.heading('How it probably got in')
    for (const way of incident.entryPoints) {
      page.text(`${way.what} (${way.confidence}): ${way.because}`, 2, '- ')
      page.text(way.advice, 4)
    }
  }
  printActions(
    saved.plan.actions.filter(one => one.incident === incident.id),
    page,
  )
  page.heading('What to do now')
  const root = saved.scan.target.live ? '' : ` --root ${saved.scan.target.root}`
  const include = incident.verdict === 'suspected' ? ' --include suspected' : ''
  page.commands([
    [`${calledAs} clean${root}${include} --incident ${short(incident.id)}`, 'shows the plan, asks, removes it'],
    [`${calledAs} report ${short(incident.id)}`, 'one HTML file for others'],
  ])
}

function explainFinding(finding: Finding, rule: RuleHead | undefined, incidents: readonly string[], page: Page): void {
  page.text(`${levelWord(finding.level)} – ${styled(finding.because, 'strong')}`)
  page.text(styled(`finding ${finding.id}${incidents.map(id => `, of incident ${short(id)}`).join('')}`, 'dim'))
  const worth = finding.conclusive
    ? 'enough for a confirmed verdict on its own'
    : `${finding.class}${finding.specific === undefined ? '' : `, specific to ${finding.specific}`}; needs another finding of another class beside it`
  page.text(`${styled('Worth:', 'blue')} ${worth}`)
  if (finding.allowed !== undefined)
    page.text(
      `${styled('Allowed:', 'green')} by ${finding.allowed.author}, until ${finding.allowed.expires}: ${finding.allowed.reason}`,
    )
  if (rule !== undefined) describeRule(rule, page)
  page.heading('What was seen')
  printFact(finding.fact, page)
  page.heading('If it is meant to be so')
  page.line(
    `  ${calledAs} allow add --rule ${finding.rule.id}${'path' in finding.fact && finding.fact.path !== undefined ? ` --path '${finding.fact.path}'` : ''} --reason "…"`,
  )
}

function explainRule(rule: RuleHead, findings: readonly Finding[], page: Page): void {
  page.text(styled(rule.title, 'strong'))
  describeRule(rule, page)
  page.heading(findings.length === 0 ? 'It matched nothing in the last scans' : 'Matched in the last scans')
  printFindings(findings, 20, page, 2)
  page.heading('As it is written')
  page.line(`  ${calledAs} rules show ${rule.id}`)
}

function describeRule(rule: RuleHead, page: Page): void {
  page.heading(`Rule: ${rule.title}`)
  if (rule.description !== undefined) page.text(rule.description, 2)
  page.text(styled(`${rule.id}, level ${rule.level ?? 'medium'}, ${rule.tags.join(' ')}`, 'dim'), 2)
  if (rule.falsepositives.length > 0) page.text(`Wrong when: ${rule.falsepositives.join('; ')}`, 2)
  for (const one of rule.references) page.text(styled(one, 'dim'), 2)
}

function listFacts(title: string, facts: readonly IdentifiedFact[], page: Page): void {
  if (facts.length === 0) return
  page.heading(`${title} (${facts.length})`)
  for (const one of facts) page.text(describeFact(one), 2, '- ')
}

function nameOf(named: Named): string {
  if (named.kind === 'incident') return `incident ${named.incident.id}`
  return named.kind === 'finding' ? `finding ${named.finding.id}` : `rule ${named.rule.id}`
}

async function allRules(): Promise<RuleHead[]> {
  const { loadRuleFiles } = await import('../detect/index.ts')
  return [...loadRuleFiles([ownRulesFolder]).rules, ...contentHeads(ownRulesFolder)]
}

async function ruleOf(id: string): Promise<RuleHead | undefined> {
  return (await allRules()).find(one => one.id === id)
}
