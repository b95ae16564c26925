import { describeFact, noticedWords, shownTime } from '../../engine/index.ts'
import type { Finding, Incident, Run, Scan } from '../../model/index.ts'
import { describeAction, phaseWords } from '../print/action.ts'
import type { SavedScan } from '../state/saved-scan.ts'
import { graphOf } from './graph.ts'
import { html, Markup } from './markup.ts'
import { style } from './style.ts'
import { timelineOf } from './timeline.ts'

/** One HTML file for incidents of a scan, with what was done about them. It asks nothing of any other host. */
export function reportPage(saved: SavedScan, incidents: readonly Incident[], runs: readonly Run[]): string {
  const { scan } = saved
  const where = scan.target.hostname ?? scan.target.root
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Davylamp: ${scan.verdict} on ${where}</title><style>${new Markup(style)}</style></head><body>
<header><p class="verdict ${scan.verdict}">${scan.verdict !== 'nothing' ? scan.verdict : scan.offlineScan === undefined ? 'nothing found' : 'not known'}</p><h1>${where}</h1>
<p class="quiet">${scan.target.system} · ${scan.target.live ? 'running system' : `tree ${scan.target.root}`} · looked at ${shownTime(scan.startedAt)} by ${scan.program} with ${scan.rules.count} rules (${scan.rules.version})</p></header>
<main>
${incidents.length === 0 ? html`<p>No incident.</p>` : undefined}
${scan.offlineScan === undefined ? undefined : html`<p class="warning">The kernel of this host may not tell the truth: ${scan.offlineScan.because.join(' ')} Look at its disk from another system. ${scan.offlineScan.how}</p>`}
${incidents.map(one => incidentPart(one, saved, runs))}
${gapsPart(scan)}
</main></body></html>
`
  return body.html
}

function incidentPart(incident: Incident, saved: SavedScan, runs: readonly Run[]): Markup {
  const findings = saved.scan.findings.filter(one => incident.findings.includes(one.id))
  return html`<article id="i-${incident.id}"><p class="verdict ${incident.verdict}">${incident.verdict}</p><h2>${incident.title}</h2>
<p class="quiet">incident ${incident.id}${incident.attack.length > 0 ? ` · ATT&CK ${incident.attack.join(', ')}` : ''}</p>
<ul class="summary">${incident.summary.map(one => html`<li>${one}</li>`)}</ul>
${incident.rebuildAdvised.length > 0 ? html`<p class="warning">Rebuild advised: ${incident.rebuildAdvised.join('; ')}.</p>` : undefined}
${incident.attribution.length > 0 ? html`<h3>Looks like</h3><ul>${incident.attribution.map(one => html`<li><b>${one.family}</b> (${one.confidence}): ${one.because}</li>`)}</ul>` : undefined}
${wayIn(incident)}
${incident.members.length > 0 ? html`<h3>How it hangs together</h3>${graphOf(incident)}` : undefined}
<h3>Evidence</h3>${evidence(findings)}
${noticedPart(incident)}
${timelinePart(incident)}
${membersPart(incident)}
${planPart(incident, saved)}
${runs.filter(one => one.incidents.includes(incident.id)).map(runPart)}
</article>`
}

function wayIn({ entryPoints }: Incident): Markup | undefined {
  if (entryPoints.length === 0) return undefined
  return html`<h3>How it probably got in</h3><ul>${entryPoints.map(({ what, confidence, because, advice }) =>
    what === 'unknown'
      ? html`<li><b>Not known</b>: ${because}. <i>${advice}</i></li>`
      : html`<li><b>${what}</b> (${confidence}): ${because}. <i>${advice}</i></li>`,
  )}</ul>`
}

function evidence(findings: readonly Finding[]): Markup {
  return html`<table class="evidence"><thead><tr><th>Level</th><th>What</th><th>ATT&amp;CK</th><th>Rule</th></tr></thead><tbody>${findings.map(
    one =>
      html`<tr><td class="${one.level}">${one.level}</td><td>${one.because}</td><td>${one.attack.join(' ')}</td><td>${one.rule.title}</td></tr>`,
  )}</tbody></table>`
}

function noticedPart({ noticed = [] }: Incident): Markup | undefined {
  if (noticed.length === 0) return undefined
  return html`<h3>Noticed as it happened</h3><ul>${noticed.map(
    one => html`<li>${noticedWords(one)}.${one.because.length > 0 ? html` <span class="quiet">${one.because.join(' ')}</span>` : undefined}
${one.chain.length > 0 ? html`<ol class="chain">${one.chain.toReversed().map(({ pid, command, path, name }) => html`<li><span class="quiet">pid ${pid}</span> <span class="mono">${(command ?? path ?? name ?? '').slice(0, 300)}</span></li>`)}</ol>` : undefined}</li>`,
  )}</ul>`
}

function timelinePart(incident: Incident): Markup | undefined {
  const moments = timelineOf(incident)
  if (moments.length === 0) return undefined
  const since = incident.since
  return html`<h3>Timeline (UTC)</h3>${since === undefined ? undefined : html`<p>Here since about <b>${shownTime(since.at)}</b>: ${since.because}.</p>`}
<ol class="timeline">${moments.map(one => html`<li><time>${one.at.replace('T', ' ').slice(0, 19)}</time> ${one.what}</li>`)}</ol>`
}

function membersPart(incident: Incident): Markup | undefined {
  if (incident.members.length === 0) return undefined
  return html`<h3>Everything that belongs to it (${incident.members.length})</h3><table><thead><tr><th>What</th><th>SHA-256, command or text</th></tr></thead><tbody>${incident.members.map(
    one => html`<tr><td>${describeFact(one)}</td><td class="mono">${detailOf(one)}</td></tr>`,
  )}</tbody></table>`
}

function detailOf(fact: Incident['members'][number]): string {
  for (const name of ['text', 'command', 'sha256', 'value'])
    if (typeof Reflect.get(fact, name) === 'string') return String(Reflect.get(fact, name)).slice(0, 300)
  return ''
}

function planPart(incident: Incident, { plan }: SavedScan): Markup | undefined {
  const actions = plan.actions.filter(one => one.incident === incident.id)
  if (actions.length === 0) return undefined
  const advice = plan.advice.filter(one => one.incident === incident.id)
  return html`<h3>Plan</h3><ol class="plan">${actions.map(
    one =>
      html`<li value="${one.number}"><span class="phase">${phaseWords[one.phase].split(':')[0]}</span> ${describeAction(one.action)} <span class="quiet">– ${one.reason}${one.undoable ? '' : ' (final)'}</span></li>`,
  )}</ol>${advice.length > 0 ? html`<h3>For a person to do</h3><ul>${advice.map(one => html`<li>${one.text} ${one.command === undefined ? undefined : html`<code>${one.command}</code>`}</li>`)}</ul>` : undefined}`
}

function runPart(run: Run): Markup {
  const done = run.actions.filter(one => one.outcome === 'done' || one.outcome === 'already-done').length
  const { proof } = run
  return html`<h3>Run ${run.id}: ${run.state}</h3><p>${done} of ${run.actions.length} actions done. ${proof === undefined ? 'Not proven.' : `Proof of ${shownTime(proof.at)}: ${proof.result}; ${proof.checked.filter(one => one.gone).length} of ${proof.checked.length} gone; watched ${proof.watchedSeconds} s.`}</p>
<ol class="plan">${run.actions.map(one => html`<li value="${one.number}"><span class="phase">${one.outcome}</span> ${describeAction(one.action)} <span class="quiet">${one.detail}</span></li>`)}</ol>
${proof !== undefined && proof.remains.length > 0 ? html`<p>What remains:</p><ul>${proof.remains.map(one => html`<li><b>${one.what}</b>: ${one.why} <i>${one.advice}</i></li>`)}</ul>` : undefined}`
}

function gapsPart(scan: Scan): Markup | undefined {
  if (scan.gaps.length === 0) return undefined
  return html`<section><h2>Not looked at</h2><ul>${scan.gaps.map(one => html`<li>${one.what} ${one.path}: ${one.why}</li>`)}</ul></section>`
}
