import type { ActionState, Proof, Run } from '../../model/index.ts'
import { calledAs } from '../program-name.ts'
import { shownTime } from '../../engine/index.ts'
import { describeAction } from './action.ts'
import { type Page, styled } from './page.ts'
import { printGaps } from './scan.ts'
import { timeAndAge } from './time.ts'
import { count } from './verdict.ts'

const resultWords: Readonly<Record<Proof['result'], string>> = {
  clean: styled('CLEAN AND PROVEN', 'strong', 'green'),
  left: styled('NOT CLEAN', 'strong', 'red'),
  unproven: styled('NOT PROVEN', 'strong', 'yellow'),
  'rebuild-advised': styled('REBUILD ADVISED', 'strong', 'red'),
}

/** What a run did and whether it holds. */
export function printRun(run: Run, page: Page): void {
  const done = run.actions.filter(one => one.outcome === 'done' || one.outcome === 'already-done').length
  const figures = `${done} of ${count(run.actions.length, 'action')} done`
  if (run.proof === undefined) page.text(`${stateWord(run.state)} – ${figures}`)
  else page.text(`${resultWords[run.proof.result]} – ${figures}${watched(run.proof)}`)
  page.text(
    styled(
      `run ${run.id}, ${timeAndAge(run.at, new Date().toISOString())}, on ${run.live ? 'this host' : run.root}`,
      'dim',
    ),
  )
  printUndone(run.actions, page)
  if (run.proof !== undefined) printProof(run.proof, page)
  printWayBack(run, page)
}

/** Every action with what became of it. */
export function printActions(actions: readonly ActionState[], page: Page): void {
  for (const one of actions) {
    const detail = one.detail === undefined ? '' : styled(` – ${one.detail}`, 'dim')
    page.text(`${describeAction(one.action)}${detail}`, 2, `${String(one.number).padStart(3)}  ${outcomeWord(one)}`)
  }
}

export function printProof(proof: Proof, page: Page): void {
  const still = proof.checked.filter(one => !one.gone)
  const gone = proof.checked.length - still.length
  page.heading('Checked')
  page.text(
    `${gone} of ${count(proof.checked.length, 'thing')} that belonged to it ${gone === 1 ? 'is' : 'are'} gone.`,
    2,
  )
  for (const one of still.slice(0, 30)) page.text(`${styled('still there:', 'red')} ${one.what}`, 2)
  for (const one of proof.respawned.slice(0, 30)) page.text(`${styled('came back:', 'red')} ${one}`, 2)
  if (proof.remains.length > 0) {
    page.heading('What remains for you')
    for (const one of proof.remains) {
      page.text(one.what === 'to do' ? one.why : `${styled(one.what, 'strong')}: ${one.why}`, 2, '- ')
      if (one.advice !== '') page.text(one.what === 'to do' ? styled(one.advice, 'strong') : one.advice, 4)
    }
  }
  printGaps(proof.gaps, page)
  const looks = proof.laterLooks.filter(one => one.installed)
  if (looks.length > 0) {
    page.heading('Later looks')
    for (const one of looks) page.text(`${one.when}${one.at === undefined ? '' : ` (${shownTime(one.at)})`}`, 2, '- ')
  }
}

export function outcomeWord({ outcome }: ActionState): string {
  const word = `${outcome}${' '.repeat(15 - outcome.length)}`
  if (outcome === 'done' || outcome === 'already-done' || outcome === 'undone') return styled(word, 'green')
  return outcome === 'failed' || outcome === 'changed-since' ? styled(word, 'red') : styled(word, 'yellow')
}

export function stateWord(state: Run['state']): string {
  if (state === 'complete') return styled('COMPLETE', 'strong', 'green')
  if (state === 'undone') return styled('UNDONE', 'strong', 'green')
  if (state === 'partly-undone') return styled('PARTLY UNDONE', 'strong', 'yellow')
  return state === 'partial' ? styled('PARTIAL', 'strong', 'yellow') : styled('NOT FINISHED', 'strong', 'red')
}

function printUndone(actions: readonly ActionState[], page: Page): void {
  const odd = actions.filter(one => one.outcome !== 'done' && one.outcome !== 'already-done')
  if (odd.length === 0) return
  page.heading('Not done')
  printActions(odd, page)
}

function watched(proof: Proof): string {
  if (proof.watchedSeconds === 0) return ''
  const back = proof.respawned.length
  return back === 0
    ? `, nothing came back in ${proof.watchedSeconds} s`
    : `, ${count(back, 'thing')} came back within ${proof.watchedSeconds} s`
}

function printWayBack(run: Run, page: Page): void {
  const rows: [string, string][] = []
  if (run.state === 'running') rows.push([`${calledAs} resume ${run.id}`, 'go on with it'])
  if (run.actions.some(one => one.undoable && one.outcome === 'done'))
    rows.push([`${calledAs} undo ${run.id}`, 'take it back'], [`${calledAs} runs ${run.id}`, 'each action'])
  if (run.proof?.result === 'left')
    rows.push([`${calledAs} clean${run.live ? '' : ` --root ${run.root}`}`, 'look again, and remove what is there now'])
  if (run.proof?.result === 'clean' && run.live)
    rows.push([`${calledAs} prove ${run.id} --watch 10m`, 'watch for longer'])
  if (rows.length === 0) return
  page.heading('What to do now')
  page.commands(rows)
}
