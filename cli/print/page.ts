import { cut, safeText, widthOf, wrap } from './text.ts'

export type Style = 'strong' | 'dim' | 'red' | 'yellow' | 'green' | 'blue'

const sequences: Readonly<Record<Style, readonly [string, string]>> = {
  strong: ['\u001b[1m', '\u001b[22m'],
  dim: ['\u001b[2m', '\u001b[22m'],
  red: ['\u001b[31m', '\u001b[39m'],
  yellow: ['\u001b[33m', '\u001b[39m'],
  green: ['\u001b[32m', '\u001b[39m'],
  blue: ['\u001b[36m', '\u001b[39m'],
}

export function styled(text: string, ...styles: readonly Style[]): string {
  return styles.reduce((inner, style) => `${sequences[style][0]}${inner}${sequences[style][1]}`, text)
}

/** Where a command writes for people. Width and colours are decided once. */
export class Page {
  readonly width: number
  readonly colours: boolean
  readonly #write: (text: string) => void

  constructor(options: { width: number; colours: boolean; write: (text: string) => void }) {
    this.width = options.width
    this.colours = options.colours
    this.#write = options.write
  }

  /** One line as it is: for what people copy. Only control characters are escaped. */
  line(text = ''): void {
    this.#write(`${safeText(text, this.colours)}\n`)
  }

  /** A text broken at the width of the page, indented by `indent`, or beginning with `mark` there. */
  text(text: string, indent = 0, mark = ''): void {
    const first = `${' '.repeat(indent)}${mark}`
    this.line(wrap(text, { width: this.width, first, rest: ' '.repeat(widthOf(first)) }))
  }

  /** Columns of equal width, the first never cut (it is an id or a name to copy), the last broken at the page's edge. */
  table(rows: readonly (readonly string[])[], indent = 2): void {
    const most = Math.floor(this.width / 2)
    const widths = rows.reduce<number[]>((all, row) => {
      row.slice(0, -1).forEach((cell, at) => {
        const widest = Math.max(all[at] ?? 0, widthOf(cell))
        all[at] = at === 0 ? widest : Math.min(most, widest)
      })
      return all
    }, [])
    for (const row of rows) {
      const cells = row.slice(0, -1).map((cell, at) => {
        const shown = cut(cell, widths[at] ?? most)
        return `${shown}${' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(shown)))}  `
      })
      this.text(row.at(-1) ?? '', indent, cells.join(''))
    }
  }

  /** Commands to copy, each with what it does: beside it where there is room, else below. Never cut. */
  commands(rows: readonly (readonly [string, string])[], indent = 2): void {
    const widest = Math.max(...rows.map(([command]) => widthOf(command)))
    const beside = indent + widest + 2 + 30 <= this.width
    for (const [command, what] of rows) {
      const padding = ' '.repeat(Math.max(0, widest - widthOf(command)) + 2)
      if (beside) this.text(what, indent, `${styled(command, 'strong')}${padding}`)
      else {
        this.line(`${' '.repeat(indent)}${styled(command, 'strong')}`)
        this.text(what, indent + 4)
      }
    }
  }

  heading(text: string): void {
    this.line()
    this.line(styled(text, 'strong'))
  }
}
