import { displayBytes } from '../../target/index.ts'

/** Text that is already HTML. */
export class Markup {
  readonly html: string
  constructor(html: string) {
    this.html = html
  }
}

type Part = string | number | Markup | undefined | readonly Part[]

/** A template whose values are escaped unless they are markup: what a host says is only ever text. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): Markup {
  return new Markup(texts.reduce((all, text, at) => `${all}${at === 0 ? '' : escaped(values[at - 1])}${text}`, ''))
}

function escaped(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.html
  if (typeof part === 'object') return part.map(escaped).join('')
  return displayBytes(String(part)).replace(/[&<>"'`]/g, letter => `&#${letter.charCodeAt(0)};`)
}
