import { type Incident, type Plan, phases } from '../../model/index.ts'
import { describeAction, phaseWords } from './action.ts'
import { type Page, styled } from './page.ts'
import { count, short, verdictWord } from './verdict.ts'

/** What would be done, in order, with reasons; then what cannot be taken back, what is left out, what a person has to do. */
export function printPlan(plan: Plan, incidents: readonly Incident[], page: Page): void {
  const final = plan.actions.filter(one => !one.undoable)
  const chosen = plan.incidents.map(id => incidents.find(one => one.id === id)).filter(one => one !== undefined)
  page.text(
    `${styled('PLAN', 'strong')} – ${count(plan.actions.length, 'action')} against ${count(plan.incidents.length, 'incident')}`,
  )
  for (const one of chosen)
    page.text(`${verdictWord(one.verdict)} ${one.title} ${styled(`(${short(one.id)})`, 'dim')}`, 2)
  for (const phase of phases) {
    const actions = plan.actions.filter(one => one.phase === phase)
    if (actions.length === 0) continue
    page.heading(phaseWords[phase])
    for (const one of actions) {
      const mark = one.undoable ? '' : styled(' (final)', 'red')
      page.text(
        `${describeAction(one.action)}${mark} ${styled(`– ${one.reason}`, 'dim')}`,
        2,
        `${String(one.number).padStart(3)}  `,
      )
    }
  }
  if (plan.skipped.length > 0) {
    page.heading('Left out')
    for (const one of plan.skipped) page.text(`${one.what}: ${one.why}`, 2, '- ')
  }
  if (plan.advice.length > 0) {
    page.heading('For you to do afterwards')
    for (const one of plan.advice) {
      page.text(one.text, 2, '- ')
      if (one.command !== undefined) page.line(`      ${styled(one.command, 'strong')}`)
    }
  }
  page.line()
  if (plan.actions.length === 0) page.text('There is nothing that could be done here.')
  else if (final.length === 0) page.text('Every action can be taken back with undo.')
  else
    page.text(
      `${styled('Cannot be undone:', 'red')} ${count(final.length, 'action')} (${numbers(final.map(one => one.number))}). A killed process stays dead; a copy of it is kept. All else can be taken back with undo.`,
    )
}

/** `1–3, 7`. */
function numbers(values: readonly number[]): string {
  const parts: string[] = []
  for (let at = 0; at < values.length; ) {
    let end = at
    while (values[end + 1] === (values[end] ?? 0) + 1) end++
    parts.push(end === at ? `${values[at]}` : `${values[at]}–${values[end]}`)
    at = end + 1
  }
  return parts.join(', ')
}
