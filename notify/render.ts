import { cleanText, shown } from './clean-text.ts'
import type { Language, Level, Notice } from './message.ts'
import { type Words, wordsOf } from './words/index.ts'

/** A notice in words of one language: single lines without control characters, not yet escaped for any kind of markup. */
export interface Rendered {
  readonly id: string
  readonly language: Language
  readonly level: Level
  readonly subject: string
  readonly sentence: string
  /** What the host said. */
  readonly title: string
  readonly facts: readonly { readonly label: string; readonly value: string }[]
  readonly lines: readonly string[]
  readonly advice: string
  readonly link?: { readonly label: string; readonly url: string }
  readonly footer: string
}

const mostLines = 20

export function render(notice: Notice, language: Language): Rendered {
  const words = wordsOf[language]
  const saying = words.reasons[notice.what]
  const fill = filler({
    host: notice.host === undefined ? words.severalHosts : shown(notice.host.name, 80),
    level: words.levels[notice.level],
    title: shown(notice.title, 160),
    count: String(notice.digest?.count ?? 1),
  })
  const url = safeLink(notice.link)
  return {
    id: cleanText(notice.id, 200),
    language,
    level: notice.level,
    subject: cleanText(fill(saying.subject), 250),
    sentence: fill(saying.sentence),
    title: notice.what === 'test' || notice.what === 'digest' ? '' : shown(notice.title),
    facts: factsOf(notice, words),
    lines: linesOf(notice, words),
    advice: url === undefined ? onHost(notice, words) : saying.advice,
    ...(url === undefined ? {} : { link: { label: words.labels.open, url } }),
    footer: words.footer,
  }
}

/** Who has no center has no page to open: an alert is handled where it was found. */
function onHost({ what, type }: Notice, { onHost, reasons }: Words): string {
  if (what !== 'alert') return reasons[what].advice
  return onHost[type === 'exposure' || type === 'suspected' ? type : 'confirmed']
}

/** Fills all in one pass, so that a host named `{title}` stays one. */
export function filler(values: Readonly<Record<string, string>>): (template: string) => string {
  return template =>
    template.replace(/\{([a-z]+)\}/gi, (whole, name: string) =>
      Object.hasOwn(values, name) ? (values[name] ?? whole) : whole,
    )
}

/** Our own page; characters that end a link in some kind of markup are percent-encoded. */
function safeLink(link: string | undefined): string | undefined {
  if (link === undefined || !URL.canParse(link)) return undefined
  const url = new URL(link)
  // The URL standard lets hosts have characters that are markup elsewhere.
  if (!/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/i.test(url.hostname)) return undefined
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  const rest = `${url.pathname}${url.search}${url.hash}`
  const text =
    url.origin + rest.replace(/[()[\]'"<>|*_`\\{}]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
  return text.length > 1_000 ? undefined : text
}

function factsOf(notice: Notice, { labels, levels }: Words): Rendered['facts'] {
  const list = (texts: readonly string[]) =>
    texts
      .slice(0, 10)
      .map(one => shown(one, 60))
      .join(', ')
  const all = [
    { label: labels.level, value: levels[notice.level] },
    { label: labels.host, value: shown(notice.host?.name ?? '', 120) },
    { label: labels.group, value: shown(notice.host?.group ?? '', 120) },
    { label: labels.type, value: shown(notice.type ?? '', 80) },
    { label: labels.families, value: list(notice.families) },
    { label: labels.attack, value: list(notice.attack) },
    { label: labels.rule, value: shown(notice.rule ?? '', 120) },
    { label: labels.time, value: timeOf(notice.at) },
  ]
  return all.filter(one => one.value !== '')
}

function timeOf(at: string): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return shown(at, 40)
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function linesOf(notice: Notice, words: Words): string[] {
  const { digest } = notice
  if (digest === undefined)
    return cutList(
      notice.lines.slice(0, 1_000).map(one => shown(one)),
      notice.lines.length,
      words,
    )
  const members = digest.members.map(one => {
    const host = shown(one.host ?? words.severalHosts, 60)
    const said = filler({ host, level: words.levels[one.level], title: shown(one.title, 160), count: '' })
    const subject = said(words.reasons[one.what].subject)
    return one.what === 'alert' || one.what === 'escalation' ? subject : `${words.levels[one.level]}: ${subject}`
  })
  return cutList(members, digest.count, words)
}

function cutList(lines: readonly string[], count: number, words: Words): string[] {
  const kept = lines.slice(0, mostLines)
  return count <= kept.length ? kept : [...kept, words.more.replace('{count}', String(count - kept.length))]
}
