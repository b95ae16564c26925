import type { Log } from '../../center/index.ts'
import { safeText } from '../print/text.ts'

/** A line for each event on standard error: `text` for people and the journal, `json` for collectors. */
export function lineLog(format: string, write: (text: string) => void = text => void process.stderr.write(text)): Log {
  const line = (level: 'info' | 'warn' | 'error') => (what: string, fields?: Readonly<Record<string, unknown>>) => {
    const at = new Date().toISOString()
    write(format === 'json' ? `${JSON.stringify({ at, level, what, ...fields })}\n` : textLine(at, level, what, fields))
  }
  return { info: line('info'), warn: line('warn'), error: line('error') }
}

function textLine(at: string, level: string, what: string, fields: Readonly<Record<string, unknown>> = {}): string {
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return safeText(
    `${at} ${level === 'info' ? '' : `${level}: `}${what}${rest.join('')}`.replaceAll('\n', ' ').concat('\n'),
    false,
  )
}
