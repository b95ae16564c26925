import type { Level } from '../message.ts'
import type { Rendered } from '../render.ts'

const colours: Readonly<Record<Level, string>> = {
  informational: '#4b5563',
  low: '#0369a1',
  medium: '#a16207',
  high: '#c2410c',
  critical: '#b91c1c',
}

/** The HTML part of a mail: fetches nothing, runs nothing. */
export function htmlDocument(said: Rendered): string {
  const rows = said.facts.map(
    fact =>
      `<tr><td style="padding:2px 12px 2px 0;color:#6b7280">${escapeHtml(fact.label)}</td><td style="padding:2px 0">${escapeHtml(fact.value)}</td></tr>`,
  )
  const lines = said.lines.map(line => `<li>${escapeHtml(line)}</li>`)
  return [
    `<!doctype html><html lang="${said.language}"><head><meta charset="utf-8"><title>${escapeHtml(said.subject)}</title></head>`,
    '<body style="margin:0;padding:16px;font:14px/1.5 sans-serif;color:#111827;background:#ffffff">',
    `<h1 style="margin:0 0 8px;font-size:18px;border-left:4px solid ${colours[said.level]};padding-left:8px">${escapeHtml(said.subject)}</h1>`,
    `<p>${escapeHtml(said.sentence)}</p>`,
    said.title === '' ? '' : `<p><strong>${escapeHtml(said.title)}</strong></p>`,
    lines.length === 0 ? '' : `<ul>${lines.join('')}</ul>`,
    `<table style="border-collapse:collapse">${rows.join('')}</table>`,
    `<p>${escapeHtml(said.advice)}</p>`,
    said.link === undefined
      ? ''
      : `<p><a href="${escapeHtml(said.link.url)}" rel="noreferrer">${escapeHtml(said.link.label)}</a></p>`,
    `<p style="color:#6b7280;font-size:12px">${escapeHtml(said.footer)}</p></body></html>`,
  ].join('\n')
}

export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;')
}
