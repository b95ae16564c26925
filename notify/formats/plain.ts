import type { Rendered } from '../render.ts'

/** Plain text of several lines, for mail and for messengers that read no markup. */
export function plainText(said: Rendered): string {
  return [
    said.subject,
    '',
    said.sentence,
    ...(said.title === '' ? [] : ['', said.title]),
    ...said.lines.map(line => `- ${line}`),
    '',
    ...said.facts.map(fact => `${fact.label}: ${fact.value}`),
    '',
    said.advice,
    ...(said.link === undefined ? [] : [`${said.link.label}: ${said.link.url}`]),
    '',
    `-- ${said.footer}`,
  ].join('\n')
}

/** One line for a telephone. Counts characters, as gateways do once a text leaves the GSM alphabet. */
export function smsText(said: Rendered, most: number): string {
  const link = said.link === undefined ? '' : ` ${said.link.url}`
  const text = [...`[Davylamp] ${said.subject}`]
  const room = Math.max(most - link.length, 20)
  // A link that was cut leads nowhere.
  const end = link.length > most / 2 ? '' : link
  const kept = end === '' ? most : room
  return (text.length <= kept ? text.join('') : `${text.slice(0, kept - 1).join('')}…`) + end
}
