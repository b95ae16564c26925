import { createHash } from 'node:crypto'
import type { Block, Line, Piece, ReportDocument, Section } from './blocks.ts'
import { drawingOf } from './drawing.ts'
import { escaped } from './html-escape.ts'
import { style } from './style.ts'
import { svgOf } from './svg.ts'

/** One file that fetches nothing and runs nothing. */
export function htmlOf(document: ReportDocument): string {
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  const title = `${document.report}: ${document.title}`
  const badges = document.badges.map(one => `<div><dt>${escaped(one.name)}</dt><dd>${pieceOf(one.value)}</dd></div>`)
  return `<!doctype html>
<html lang="${document.language === 'zh' ? 'zh-CN' : document.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="report">Davylamp · ${escaped(document.report)}</p>
<h1>${escaped(document.title)}</h1>
<dl class="badges">${badges.join('')}</dl>
</header>
${document.sections.map(sectionOf).join('\n')}
</main>
<footer><p>${escaped(document.footer)} · <time datetime="${document.madeAt.toISOString()}">${document.madeAt.toISOString().slice(0, 16).replace('T', ' ')} UTC</time></p></footer>
</body>
</html>
`
}

function sectionOf({ title, blocks }: Section, place: number): string {
  return `<section aria-labelledby="s${place}">
<h2 id="s${place}">${escaped(title)}</h2>
${blocks.map(one => blockOf(one, title)).join('\n')}
</section>`
}

function blockOf(block: Block, title: string): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${lineOf(block.line)}</p>`
    case 'heading':
      return `<h3>${escaped(block.text)}</h3>`
    case 'list':
      return `<ul>${block.items.map(one => `<li>${lineOf(one)}</li>`).join('')}</ul>`
    case 'values':
      return `<dl class="values">${block.rows.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${lineOf(value)}</dd></div>`).join('')}</dl>`
    case 'table':
      return table(
        title,
        block,
        block.rows.map(row => `<tr>${row.map(one => `<td>${lineOf(one)}</td>`).join('')}</tr>`),
      )
    case 'tree': {
      const rows = block.items.map(
        ({ depth, line, cells }) =>
          `<tr><td class="depth-${depth}">${lineOf(line)}</td>${cells.map(one => `<td>${lineOf(one)}</td>`).join('')}</tr>`,
      )
      return table(title, block, rows)
    }
    case 'graph':
      return scrolled(title, `<figure>${svgOf(drawingOf(block.graph), block.alt)}</figure>`)
  }
}

interface Columns {
  readonly head: readonly string[]
  /** Of all of them, 100. */
  readonly widths: readonly number[]
}

function table(title: string, { head, widths }: Columns, rows: readonly string[]): string {
  const cells = head.map((one, place) => `<th scope="col" class="w${widths[place] ?? 10}">${escaped(one)}</th>`)
  return scrolled(title, `<table><thead><tr>${cells.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`)
}

/** What is wider than a phone scrolls by itself, also by keyboard. */
function scrolled(title: string, content: string): string {
  return `<div class="wide" role="group" aria-label="${escaped(title)}" tabindex="0">${content}</div>`
}

function lineOf(line: Line): string {
  return line.map(one => (one === 'break' ? '<br>' : pieceOf(one))).join('')
}

function pieceOf({ text, manner }: Piece): string {
  const inner = escaped(text)
  if (manner === 'plain') return inner
  if (manner === 'strong') return `<strong>${inner}</strong>`
  if (manner === 'code') return `<code>${inner}</code>`
  return `<span class="${manner}">${inner}</span>`
}
