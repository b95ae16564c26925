import { noticedWords } from '../../engine/index.ts'
import type { NoticedPart } from '../../model/index.ts'
import { responseWords } from './detection.ts'
import { type Page, styled } from './page.ts'
import { cut } from './text.ts'
import { count } from './verdict.ts'

const longestCommand = 300

/** What was noticed of an incident, each with all that started it, the first that began first. */
export function printChains(noticed: readonly NoticedPart[], page: Page): void {
  if (noticed.length === 0) return
  page.heading('Noticed as it happened')
  for (const one of noticed) {
    const often =
      one.times > 1 ? ` ${styled(`(${count(one.times, 'time')}, last ${one.lastAt ?? one.at})`, 'dim')}` : ''
    page.text(`${noticedWords(one)}.${often}`, 2, '- ')
    const { command, path, pid } = one.subject
    const wrote = one.subject.kind === 'autostart' || one.subject.kind === 'file'
    const links = [
      ...one.chain.toReversed().map(link => ({ pid: link.pid, text: link.command ?? link.path ?? link.name ?? '' })),
      ...(wrote || pid === undefined ? [] : [{ pid, text: command ?? path ?? '' }]),
    ]
    links.forEach((link, depth) => {
      page.text(
        `${cut(link.text, longestCommand)} ${styled(`(pid ${link.pid})`, 'dim')}`,
        4 + Math.min(depth, 10) * 2,
        depth === 0 ? '' : '└ ',
      )
    })
    for (const because of one.because) page.text(styled(because, 'dim'), 4, '- ')
    for (const response of one.responses) page.text(responseWords(response), 4)
  }
}
