import type { Detection, Response } from '../../model/index.ts'
import { type Page, styled } from './page.ts'
import { cut } from './text.ts'
import { levelWord, short, verdictWord } from './verdict.ts'

const mostSentences = 4
const longestCommand = 100

/** A detection as it comes: when, what, why, who started it, and what was done. */
export function printDetection(detection: Detection, page: Page): void {
  const { id, at, verdict, level, title, subject, because, chain, responses } = detection
  page.text(
    `${at.slice(11, 19)}  ${verdictWord(verdict)}  ${styled(title, 'strong')}  ${levelWord(level)}  ${styled(short(id), 'dim')}`,
  )
  const process = subject.pid === undefined ? [] : [`pid ${subject.pid}`]
  const where = [
    ...process,
    ...(subject.container === undefined ? [] : [`container ${subject.container.slice(0, 12)}`]),
  ]
  if (subject.command !== undefined) page.text(cut(subject.command, longestCommand), 10)
  if (where.length > 0) page.text(where.join(', '), 10)
  if (chain.length > 0) page.text(`started by ${chain.map(nameOf).join(' ← ')}`, 10)
  for (const sentence of because.slice(0, mostSentences)) page.text(sentence, 12, '- ')
  for (const response of responses) page.text(responseWords(response), 10)
  page.line()
}

function nameOf({ path, name, command, pid }: Detection['chain'][number]): string {
  return cut(command ?? path ?? name ?? `pid ${pid}`, 60)
}

const words: Readonly<Record<Response['outcome'], string>> = {
  done: 'done',
  failed: 'failed',
  would: 'not done',
  refused: 'refused',
}

export function responseWords({ kind, outcome, detail, run }: Response): string {
  // Whoever was ended stays ended.
  const call = kind === 'kill-process' ? 'see: davylamp runs' : 'take back: davylamp undo'
  const undo = run === undefined ? '' : ` (${call} ${run})`
  return `${words[outcome]}: ${kind.replaceAll('-', ' ')} – ${detail}${outcome === 'done' ? undo : ''}`
}
