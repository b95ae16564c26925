import type { Log } from '../../center/index.ts'
import { safeText } from '../print/text.ts'

/** A line for each event on standard error: `text` (logfmt after the words) for people and the journal, `json` for collectors. */
export function lineLog(format: string, write: (text: string) => void = text => void process.stderr.write(text)): Log {
  const line = (level: 'info' | 'warn' | 'error') => (what: string, fields?: Readonly<Record<string, unknown>>) => {
    const at = new Date().toISOString()
    write(format === 'json' ? `${JSON.stringify({ at, level, what, ...fields })}\n` : textLine(at, level, what, fields))
  }
  return { info: line('info'), warn: line('warn'), error: line('error') }
}

/** What is said, then fields as logfmt has them: `name=value`, `name="some words"`. */
function textLine(at: string, level: string, what: string, fields: Readonly<Record<string, unknown>> = {}): string {
  const rest = Object.entries(fields).flatMap(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return text === undefined ? [] : [` ${name}=${quoted(text)}`]
  })
  return safeText(
    `${at} ${level === 'info' ? '' : `${level}: `}${what}${rest.join('')}`.replaceAll('\n', ' ').concat('\n'),
    false,
  )
}

function quoted(text: string): string {
  return text === '' || /[\s"=\\]/.test(text) ? JSON.stringify(text) : text
}
