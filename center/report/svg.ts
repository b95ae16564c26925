import { type Drawing, type DrawnBox, drawnFonts, type Point } from './drawing.ts'
import { escaped } from './html-escape.ts'

/** The drawing as an inline SVG; its colours come from the style sheet of the page. */
export function svgOf({ width, height, lines, notes, boxes }: Drawing, alt: string): string {
  const parts = [
    ...lines.map(
      one =>
        `<polyline class="line" points="${pointsOf(one.points)}"/><polygon class="head" points="${pointsOf(one.head)}"/>`,
    ),
    ...notes.map(
      one =>
        `<rect class="note" x="${n(one.x - one.width / 2)}" y="${n(one.y - 8)}" width="${n(one.width)}" height="15"/>` +
        `<text class="said" x="${n(one.x)}" y="${n(one.y + 4)}" font-size="${drawnFonts.note}" text-anchor="middle">${escaped(one.text)}</text>`,
    ),
    ...boxes.map(boxOf),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escaped(alt)}" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}">${parts.join('')}</svg>`
}

function boxOf({ x, y, width, height, kind, label, detail, member, level }: DrawnBox): string {
  const looks = `box ${member ? 'member' : 'context'}${level === undefined ? '' : ` level-${level}`}`
  const middle = n(x + width / 2)
  return (
    `<g class="${looks}"><title>${escaped(detail)}</title><rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="6"/>` +
    `<text class="kind" x="${middle}" y="${n(y + 17)}" font-size="${drawnFonts.kind}" text-anchor="middle">${escaped(kind)}</text>` +
    `<text class="label" x="${middle}" y="${n(y + 35)}" font-size="${drawnFonts.label}" text-anchor="middle">${escaped(label)}</text></g>`
  )
}

function pointsOf(points: readonly Point[]): string {
  return points.map(one => `${n(one.x)},${n(one.y)}`).join(' ')
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10)
}
