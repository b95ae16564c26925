import { cutBytes } from '../clean-text.ts'
import type { Rendered } from '../render.ts'

/**
 * Markdown as DingTalk and WeCom read it: a small part of it, with HTML tags and `<@user>` on top, and no documented way to
 * escape. So characters that could begin markup are replaced by others that look like them.
 */
export function markdown(said: Rendered, mostBytes: number): string {
  const head = [`### ${plainInMarkdown(said.subject)}`, '', plainInMarkdown(said.sentence)]
  const title = said.title === '' ? [] : ['', `**${plainInMarkdown(said.title)}**`]
  const lines = said.lines.map(line => `- ${plainInMarkdown(line)}`)
  const facts = said.facts.map(fact => `> ${plainInMarkdown(fact.label)}: ${plainInMarkdown(fact.value)}`)
  const link = said.link === undefined ? [] : ['', `[${said.link.label}](${said.link.url})`]
  const tail = ['', facts.join('\n\n'), '', plainInMarkdown(said.advice), ...link].join('\n')
  const body = [...head, ...title, '', ...lines].join('\n')
  // The link at the end matters more than the last lines.
  return `${cutBytes(body, Math.max(mostBytes - Buffer.byteLength(tail) - 1, 200))}\n${tail}`
}

const lookAlikes: Readonly<Record<string, string>> = {
  '<': '‹',
  '>': '›',
  '[': '［',
  ']': '］',
  '`': 'ˋ',
  '*': '∗',
  '~': '∼',
  '#': '＃',
  '\\': '＼',
  '|': '∣',
  _: '＿',
  '!': '！',
  '&': '＆',
  '@': '＠',
}

export function plainInMarkdown(text: string): string {
  return text
    .replace(/[<>[\]`*~#\\|_!&@]/g, one => lookAlikes[one] ?? ' ')
    .replace(/^(\s*)([-+=]|\d+[.)])/, '$1\u2060$2')
}
