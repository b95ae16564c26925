import { hostname } from 'node:os'
import { cleanText } from '../clean-text.ts'
import type { Level, Notice } from '../message.ts'
import { cefLine } from './cef.ts'
import { detectionFinding } from './ocsf.ts'

export const exportFormats = ['text', 'cef', 'ocsf'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** RFC 5424 §6.2.1. */
const severities: Readonly<Record<Level, number>> = { informational: 6, low: 5, medium: 4, high: 3, critical: 2 }

/** A syslog message without framing. The structured data has the same in every format; what follows it is text, CEF or OCSF JSON. */
export function syslogMessage(
  notice: Notice,
  format: ExportFormat,
  { facility, app }: { readonly facility: number; readonly app: string },
): string {
  const priority = facility * 8 + severities[notice.level]
  const at = new Date(notice.at)
  const time = Number.isNaN(at.getTime()) ? '-' : at.toISOString()
  const head = `<${priority}>1 ${time} ${ascii(hostname(), 255)} ${ascii(app, 48)} ${process.pid} ${ascii(notice.what, 32)}`
  return `${head} ${structuredData(notice)} ${contentOf(notice, format)}`
}

/** Without a byte order mark: MSG-ANY. Receivers of today take it for UTF-8, and some show the mark as rubbish. */
function contentOf(notice: Notice, format: ExportFormat): string {
  if (format === 'cef') return cefLine(notice)
  if (format === 'ocsf') return JSON.stringify(detectionFinding(notice))
  const host = notice.host === undefined ? '' : `${cleanText(notice.host.name, 253)}: `
  return [`${host}${cleanText(notice.title)}`, ...notice.lines.slice(0, 20).map(line => cleanText(line))].join('; ')
}

/** 32473 is the enterprise number that RFC 5612 keeps for examples: we have none of our own. */
function structuredData(notice: Notice): string {
  const fields = [
    ['id', notice.id],
    ['level', notice.level],
    ['host', notice.host?.name],
    ['hostId', notice.host?.id],
    ['group', notice.host?.group],
    ['type', notice.type],
    ['rule', notice.rule],
    ['families', notice.families.join(',')],
    ['attack', notice.attack.join(',')],
    ['link', notice.link],
  ] as const
  const parameters = fields.flatMap(([name, value]) => (value ? [`${name}="${parameterValue(value)}"`] : []))
  return `[davylamp@32473 ${parameters.join(' ')}]`
}

/** RFC 5424 §6.3.3. */
function parameterValue(text: string): string {
  return cleanText(text, 500).replace(/["\\\]]/g, one => `\\${one}`)
}

function ascii(text: string, most: number): string {
  return text.replace(/[^\x21-\x7e]/g, '').slice(0, most) || '-'
}
