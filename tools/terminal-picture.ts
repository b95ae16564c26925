import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const usage = `Draws a recorded terminal session as an SVG picture, light or dark as its reader likes.

  tools/terminal-picture.ts RECORDING PICTURE.svg [--from TEXT] [--to TEXT] [--title TEXT] [--columns N]

  RECORDING  what script(1) wrote
  --from     begin with the first line that holds this text
  --to       end before the next line that holds this text
`
const cell = { width: 7.83, height: 18, margin: 16, bar: 30 }
const classes: Readonly<Record<number, string>> = { 1: 'b', 2: 'd', 31: 'r', 32: 'g', 33: 'y', 36: 'c' }
/** Which styles a code takes away (ECMA-48, SGR). */
const endings: Readonly<Record<number, readonly string[]>> = {
  0: ['b', 'd', 'r', 'g', 'y', 'c'],
  22: ['b', 'd'],
  39: ['r', 'g', 'y', 'c'],
}
const style = `text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #24292f; white-space: pre; }
.paper { fill: #fbfbfa; stroke: #d0d7de; } .dot { fill: #d0d7de; } .title { fill: #57606a; }
.b { font-weight: 700; } .d { fill: #6e7781; } .r { fill: #b3261e; } .g { fill: #1b6e3a; } .y { fill: #8a5a00; } .c { fill: #0a6a80; }
@media (prefers-color-scheme: dark) { text { fill: #d7dce2; } .paper { fill: #15181c; stroke: #333a43; } .dot { fill: #444c56; } .title, .d { fill: #8b949e; }
.r { fill: #ff8a80; } .g { fill: #7fd49b; } .y { fill: #f0b95a; } .c { fill: #76d0e4; } }`

interface Piece {
  text: string
  readonly classes: string
}

process.exitCode = main()

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      title: { type: 'string', default: '' },
      columns: { type: 'string', default: '100' },
    },
  })
  const [recording, picture] = positionals
  if (recording === undefined || picture === undefined) {
    process.stderr.write(usage)
    return 64
  }
  const lines = between(screenLines(readFileSync(recording, 'utf8')), values.from, values.to)
  writeFileSync(picture, pictureOf(lines, Number(values.columns), values.title))
  return 0
}

/** Lines as they stood on the screen in the end: a carriage return writes over, erased progress is gone. */
function screenLines(text: string): Piece[][] {
  const lines: Piece[][] = []
  let active = new Set<string>()
  for (const raw of text.replace(/\u001b\][^\u0007]*\u0007/g, '').split(/\r*\n/)) {
    const last = raw.split(/\r|\u001b\[2K|\u001b\[1G(?:\u001b\[0J)?/).findLast(part => part !== '') ?? ''
    const pieces: Piece[] = []
    for (const part of last.split(/(\u001b\[[0-9;?]*[A-Za-z])/)) {
      const codes = /^\u001b\[([0-9;]*)m$/.exec(part)
      if (codes !== null) active = restyled(active, codes[1] ?? '')
      else if (part !== '' && !part.startsWith('\u001b')) add(pieces, part, [...active].sort().join(' '))
    }
    lines.push(pieces)
  }
  return lines
}

function restyled(active: ReadonlySet<string>, codes: string): Set<string> {
  const next = new Set(active)
  for (const code of codes.split(';').map(Number)) {
    for (const gone of endings[code] ?? []) next.delete(gone)
    const name = classes[code]
    if (name !== undefined) next.add(name)
  }
  return next
}

function add(pieces: Piece[], text: string, names: string): void {
  const last = pieces.at(-1)
  if (last?.classes === names) last.text += text
  else pieces.push({ text, classes: names })
}

function between(lines: readonly Piece[][], from: string | undefined, to: string | undefined): Piece[][] {
  const plain = lines.map(line => line.map(piece => piece.text).join(''))
  const start =
    from === undefined
      ? 0
      : Math.max(
          plain.findIndex(line => line.includes(from)),
          0,
        )
  const end = to === undefined ? -1 : plain.findIndex((line, at) => at > start && line.includes(to))
  return lines.slice(start, end === -1 ? undefined : end)
}

function pictureOf(lines: readonly Piece[][], columns: number, title: string): string {
  const width = Math.ceil(columns * cell.width + 2 * cell.margin)
  const height = cell.bar + lines.length * cell.height + cell.margin
  const rows = lines.map((line, at) => {
    const y = cell.bar + (at + 1) * cell.height - 4
    const spans = line.map(({ text, classes: names }) =>
      names === '' ? escaped(text) : `<tspan class="${names}">${escaped(text)}</tspan>`,
    )
    return spans.length === 0 ? '' : `<text x="${cell.margin}" y="${y}" xml:space="preserve">${spans.join('')}</text>\n`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title><style>${style}</style>
<rect class="paper" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8"/>
${[0, 1, 2].map(at => `<circle class="dot" cx="${20 + at * 18}" cy="17" r="5"/>`).join('')}<text class="title" x="80" y="21">${escaped(title)}</text>
${rows.join('')}</svg>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, letter => `&#${letter.charCodeAt(0)};`)
}
