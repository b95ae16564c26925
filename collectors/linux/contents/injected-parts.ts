import { decodeBytes } from '../../../target/index.ts'
import { endOfCode, ownLetters } from './php-code.ts'

/** Lines of a page in which there is what does not belong to it. */
export interface InjectedPart {
  /** Of the first, 1-based. */
  readonly line: number
  /** The lines as they are, in the form of `decodeBytes`. */
  readonly text: string
  /** What stays of them, on one line; absent where nothing does. */
  readonly replacement?: string
}

interface Span {
  readonly start: number
  readonly end: number
}

const limits = { parts: 10, text: 32 * 1024, element: 64 * 1024 } as const

/**
 * What was put into a page that is otherwise the site's own, as whole elements, blocks or statements around the given places. Undefined
 * where no page would be left: all of it is what was put there. Empty where a page would be left, and the edge between both cannot be
 * told for certain: then nobody may cut. `isPage`: what was recognised is only ever put into pages, so that a form beside it is the
 * site's own.
 */
export function injectedParts(
  bytes: Buffer,
  places: readonly { offset: number; length: number }[],
  { isPage = false }: { readonly isPage?: boolean } = {},
): InjectedPart[] | undefined {
  const text = bytes.toString('latin1')
  const spans: Span[] = []
  let unclear = false
  for (const { offset, length } of places) {
    if (spans.some(span => span.start <= offset && offset + length <= span.end)) continue
    const span = spanAround(text, offset, offset + length)
    // A menu that opens lies beside the block with the links that were sold.
    if (span !== undefined && isBlock(text, offset) && linksIn(text, span) < fewestLinks) continue
    unclear ||= span === undefined
    spans.push(span ?? { start: offset, end: offset + length })
  }
  const apart = joined(spans)
  if (!leavesAPage(text, apart, { unclear, isPage })) return undefined
  return unclear ? [] : (partsOf(text, apart) ?? [])
}

/** What no visitor sees and holds fewer links to elsewhere is a menu or a text for screen readers. */
const fewestLinks = 3

function isBlock(text: string, start: number): boolean {
  return text[start] === '<' && /^<(?!script\b|\?)/i.test(text.slice(start, start + 10))
}

function linksIn(text: string, { start, end }: Span): number {
  return [...text.slice(start, end).matchAll(/<a\s[^>]{0,400}href\s?=\s?["']?https?:/gi)].length
}

function spanAround(text: string, start: number, end: number): Span | undefined {
  // What the rule about it recognises is a whole statement of JavaScript.
  if (/\batob\s?\(/.test(text.slice(start, Math.min(end, start + 200))) && text[start] !== '<')
    return scriptStatement(text, start, end)
  const tag = /^<([a-z]{1,12})[\s>]/i.exec(text.slice(start, start + 14))?.[1]?.toLowerCase()
  return tag === undefined ? codeAround(text, start, end) : elementAt(text, start, tag)
}

/** An element with everything in it. */
function elementAt(text: string, start: number, tag: string): Span | undefined {
  const part = text.slice(start, start + limits.element)
  let depth = 0
  for (const { index, 0: whole } of part.matchAll(new RegExp(`</?${tag}(?=[\\s>])`, 'gi'))) {
    depth += whole.startsWith('</') ? -1 : 1
    if (depth > 0 && tag !== 'script') continue
    if (tag === 'script' && !whole.startsWith('</')) continue
    const close = part.indexOf('>', index)
    return close < 0 ? undefined : { start, end: start + close + 1 }
  }
  return undefined
}

/** The block `<?php … ?>` that holds the place and nothing else, or the lines of the statements around it. */
function codeAround(text: string, start: number, end: number): Span | undefined {
  const line = text.lastIndexOf('\n', start) + 1
  const open = text.lastIndexOf('<?', start + 1)
  const tag = open < line ? undefined : /^<\?(?:php\b|=)?/i.exec(text.slice(open, open + 5))?.[0]
  const from = tag === undefined ? line : open + tag.length
  if (tag === undefined && text.slice(line, start).trim().replace('@', '') !== '') return undefined
  const last = endOfCode(text, from, end)
  if (last === undefined) return undefined
  if (last.by === 'tag') return tag === undefined ? undefined : { start: open, end: last.at + 2 }
  return tag === undefined ? withMarks(text, { start: line, end: last.at }) : { start: from, end: last.at }
}

/** A statement that begins where another may begin, and ends where one may end; of lines with nothing else the whole. */
function scriptStatement(text: string, start: number, end: number): Span | undefined {
  const before = /(?:^|[;}\n>]|\*\/)[ \t]*$/.test(text.slice(Math.max(0, start - 200), start))
  const semicolon = /^[ \t]*;/.exec(text.slice(end, end + 20))?.[0] ?? ''
  const last = end + semicolon.length
  const closed = text[last - 1] === ';' || /^[ \t\r]*(?:\n|$|<\/script)/i.test(text.slice(last, last + 200))
  return before && closed ? { start, end: last } : undefined
}

/** The same short comment before and behind: intruders' tools find their own lines by it. */
function withMarks(text: string, span: Span): Span {
  const before = /(?:^|\n)([ \t]*\/\*[0-9a-z]{3,12}\*\/)\s*\n\s*$/.exec(
    text.slice(Math.max(0, span.start - 120), span.start),
  )
  const behind = /^\s*\n([ \t]*\/\*[0-9a-z]{3,12}\*\/)[ \t\r]*(?=\n|$)/.exec(text.slice(span.end, span.end + 120))
  if (before?.[1] === undefined || before[1].trim() !== behind?.[1]?.trim()) return span
  const length = before[0].startsWith('\n') ? before[0].length - 1 : before[0].length
  return { start: span.start - length, end: span.end + behind[0].length }
}

function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last === undefined || span.start >= last.end) result.push(span)
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
  }
  return result
}

const smallestPage = 40
/** A shell's own form around its code is no page of the site, and neither is the rest of a shell of which only a part was recognised. */
const smallestForm = 600

function leavesAPage(
  text: string,
  spans: readonly Span[],
  { unclear, isPage }: { unclear: boolean; isPage: boolean },
): boolean {
  let rest = ''
  let at = 0
  for (const { start, end } of spans) {
    rest += text.slice(at, start)
    at = end
  }
  rest += text.slice(at)
  const length = ownLetters(rest)
  const large = !isPage && (unclear || /<(?:form|pre|textarea|input)\b/i.test(rest))
  return length >= (large ? smallestForm : smallestPage)
}

function partsOf(text: string, spans: readonly Span[]): InjectedPart[] | undefined {
  const groups: { start: number; end: number; spans: Span[] }[] = []
  for (const span of spans) {
    const start = text.lastIndexOf('\n', span.start - 1) + 1
    const lineEnd = text.indexOf('\n', Math.max(span.start, span.end - 1))
    const end = lineEnd < 0 ? text.length : lineEnd
    const last = groups.at(-1)
    if (last !== undefined && start <= last.end) {
      last.end = Math.max(last.end, end)
      last.spans.push(span)
    } else groups.push({ start, end, spans: [span] })
  }
  const parts: InjectedPart[] = []
  for (const { start, end, spans: inside } of groups) {
    if (end - start > limits.text || parts.length >= limits.parts) return undefined
    const stays = without(text, start, end, inside)
    const exact = (part: string) => decodeBytes(Buffer.from(part, 'latin1'))
    const line = countOf(text, start) + 1
    if (stays.trim() === '') {
      parts.push({ line, text: exact(text.slice(start, end)) })
      continue
    }
    const replacement = exact(stays)
    if (/[\n\0]/.test(replacement) || !replacement.isWellFormed()) return undefined
    parts.push({ line, text: exact(text.slice(start, end)), replacement })
  }
  return parts
}

function without(text: string, start: number, end: number, spans: readonly Span[]): string {
  let stays = ''
  let at = start
  for (const span of spans) {
    stays += text.slice(at, Math.max(at, span.start))
    at = Math.max(at, span.end)
  }
  return stays + text.slice(at, Math.max(at, end))
}

function countOf(text: string, before: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < before; at = text.indexOf('\n', at + 1)) count++
  return count
}
