import { actionObject } from '../../engine/story/index.ts'
import type { Plan } from '../../model/index.ts'
import type { CaseRun } from '../story/index.ts'
import { type Block, code, type Line, lineOf, type Piece, plain, quiet, type Section, strong } from './blocks.ts'
import { fill, wordFor } from './fill.ts'
import { more, mostRows } from './more-rows.ts'
import type { Writing } from './writing.ts'

/** What was or would be removed, its proof, what is final, and what is left to do. */
export function actionSections(writing: Writing): Section[] {
  const { input, words } = writing
  const { runs } = input.alertCase
  const { sections } = words
  if (runs === undefined)
    return [{ title: sections.removed, blocks: [{ kind: 'paragraph', line: lineOf(words.sentences.standing.unseen) }] }]
  const left = { title: sections.advice, blocks: advice(runs, writing) }
  if (runs.length === 0) return [{ title: sections.planned, blocks: planned(writing) }, left]
  const final = finalSteps(runs, writing)
  return [
    { title: sections.removed, blocks: runs.flatMap(one => removed(one, writing)) },
    { title: sections.proof, blocks: runs.flatMap(one => proof(one, runs.length > 1, writing)) },
    ...(final.length > 0 ? [{ title: sections.final, blocks: final }] : []),
    left,
  ]
}

function removed(run: CaseRun, { input, words, clock }: Writing): Block[] {
  const order = input.alertCase.orders.find(one => one.run === run.id)
  const rows: [string, Line][] = [
    [words.labels.run, [code(run.id)]],
    [words.labels.result, [strong(wordFor(words.runs, run.state))]],
    [words.labels.started, [plain(clock.say(run.startedAt))]],
    [words.labels.plan, [code(run.plan?.id.slice(0, 16) ?? '')]],
    [words.labels.orderedBy, [plain(order?.createdBy ?? words.notes.atHost)]],
    [words.labels.approvedBy, [plain(order?.approvedBy.join(', ') ?? '')]],
  ]
  const values = rows.filter(([, line]) => line.some(one => one !== 'break' && one.text !== ''))
  return [
    { kind: 'values', rows: values },
    {
      kind: 'table',
      head: [words.labels.step, words.labels.action, words.labels.result],
      widths: [15, 61, 24],
      rows: run.actions.slice(0, mostRows).map(({ state }): Line[] => [
        [plain(String(state.number)), 'break', quiet(words.phases[state.phase])],
        [
          strong(words.actions[state.action.kind]),
          plain(' '),
          code(actionObject(state.action)),
          'break',
          quiet(state.reason),
        ],
        [
          outcome(state.outcome, words),
          ...(state.detail === undefined ? [] : ['break' as const, plain(state.detail)]),
          ...(state.undoable ? [] : ['break' as const, quiet(words.notes.cannotUndo)]),
        ],
      ]),
    },
    ...more(run.actions.length, words.notes.more),
  ]
}

function outcome(state: CaseRun['actions'][number]['state']['outcome'], { outcomes }: Writing['words']): Piece {
  const good = state === 'done' || state === 'already-done'
  const bad = state === 'failed' || state === 'changed-since'
  return { text: outcomes[state], manner: good ? 'good' : bad ? 'bad' : 'plain' }
}

function planned({ input, words }: Writing): Block[] {
  const { plan } = input
  if (plan === undefined || plan.actions.length === 0) return [{ kind: 'paragraph', line: lineOf(words.notes.noPlan) }]
  return [
    {
      kind: 'paragraph',
      line: lineOf(`${words.notes.nothingRemoved} ${fill(words.notes.planSays, { n: plan.actions.length })}`),
    },
    {
      kind: 'table',
      head: [words.labels.step, words.labels.action],
      widths: [15, 85],
      rows: plan.actions.slice(0, mostRows).map((one): Line[] => [
        [plain(String(one.number)), 'break', quiet(words.phases[one.phase])],
        [
          strong(words.actions[one.action.kind]),
          plain(' '),
          code(actionObject(one.action)),
          'break',
          quiet(one.undoable ? one.reason : `${one.reason} (${words.notes.cannotUndo})`),
        ],
      ]),
    },
    ...more(plan.actions.length, words.notes.more),
  ]
}

function proof(run: CaseRun, several: boolean, { words, clock }: Writing): Block[] {
  const { proof: proven } = run
  if (proven === undefined) return [{ kind: 'paragraph', line: lineOf(words.notes.noProof) }]
  const good = proven.result === 'clean'
  const result: Piece = { text: words.proofs[proven.result], manner: good ? 'good' : 'bad' }
  return [
    { kind: 'paragraph', line: [...(several ? [code(run.id), plain(' ')] : []), result] },
    {
      kind: 'paragraph',
      line: lineOf(
        [
          fill(words.notes.watched, { seconds: proven.watchedSeconds }),
          proven.respawned.length === 0 ? words.notes.noneBack : words.notes.cameBack,
        ].join(' '),
      ),
    },
    ...(proven.respawned.length === 0 ? [] : [{ kind: 'list' as const, items: proven.respawned.map(lineOf) }]),
    {
      kind: 'table',
      head: [words.labels.checked, words.labels.gone, words.labels.how],
      widths: [55, 12, 33],
      rows: proven.checked
        .slice(0, mostRows)
        .map((one): Line[] => [
          [code(one.what)],
          [{ text: one.gone ? words.notes.yes : words.notes.no, manner: one.gone ? 'good' : 'bad' }],
          [quiet(one.how), ...(one.detail === undefined ? [] : ['break' as const, plain(one.detail)])],
        ]),
    },
    ...more(proven.checked.length, words.notes.more),
    ...(proven.laterLooks.length === 0
      ? []
      : [
          { kind: 'paragraph' as const, line: [quiet(words.notes.later)] },
          {
            kind: 'list' as const,
            items: proven.laterLooks.map(
              (one): Line => [
                plain(one.when),
                ...(one.at === undefined || Number.isNaN(Date.parse(one.at)) ? [] : [plain(` – ${clock.say(one.at)}`)]),
                quiet(` (${one.installed ? words.notes.installed : words.notes.notInstalled})`),
              ],
            ),
          },
        ]),
  ]
}

/** Steps that were carried out and that nobody can take back. */
function finalSteps(runs: readonly CaseRun[], { words }: Writing): Block[] {
  const steps = runs.flatMap(one => one.actions.map(({ state }) => state))
  const done = steps.filter(one => one.outcome === 'done')
  if (done.length === 0) return []
  const final = done.filter(one => !one.undoable)
  if (final.length === 0) return [{ kind: 'paragraph', line: lineOf(words.notes.allUndoable) }]
  return [
    { kind: 'paragraph', line: lineOf(words.notes.finalOnes) },
    {
      kind: 'list',
      items: final
        .slice(0, mostRows)
        .map((one): Line => [plain(words.actions[one.action.kind]), plain(' '), code(actionObject(one.action))]),
    },
    ...more(final.length, words.notes.more),
  ]
}

function advice(runs: readonly CaseRun[], { input, words }: Writing): Block[] {
  const plans = runs.length > 0 ? runs.flatMap(one => (one.plan === undefined ? [] : [one.plan])) : [input.plan]
  const own = plans.filter((one): one is Plan => one !== undefined)
  const rebuild = input.story.rebuildAdvised
  const remains = runs.at(-1)?.proof?.remains ?? []
  const said = new Set<string>()
  const items: Line[] = []
  const add = (text: string, line: Line) => {
    if (said.has(text)) return
    said.add(text)
    items.push(line)
  }
  for (const one of own.flatMap(plan => plan.advice))
    add(one.text, [
      plain(one.text),
      ...(one.command === undefined
        ? []
        : ['break' as const, quiet(fill(words.notes.command, { command: '' })), code(one.command)]),
    ])
  for (const one of remains) {
    // What the proof carries on from the plan is said already.
    if (said.has(one.why)) continue
    const advised = one.advice === '' ? [] : ['break' as const, plain(one.advice)]
    add(one.advice || one.why, [strong(one.what), plain(`: ${one.why}`), ...advised])
  }
  for (const one of input.story.entryPoints) add(one.advice, lineOf(one.advice))
  const skipped = own.flatMap(plan => plan.skipped)
  const blocks: Block[] = []
  if (rebuild.length > 0)
    blocks.push(
      { kind: 'paragraph', line: [{ text: words.notes.rebuild, manner: 'bad' }] },
      { kind: 'list', items: rebuild.map(lineOf) },
    )
  if (items.length > 0) blocks.push({ kind: 'list', items })
  if (skipped.length > 0)
    blocks.push(
      { kind: 'paragraph', line: [quiet(words.notes.skipped)] },
      { kind: 'list', items: skipped.map((one): Line => [plain(one.what), quiet(` – ${one.why}`)]) },
    )
  return blocks.length > 0 ? blocks : [{ kind: 'paragraph', line: lineOf(words.notes.nothingLeft) }]
}
