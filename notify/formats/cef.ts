import { documentOf, evidenceOf } from '../alert-document.ts'
import { cleanText } from '../clean-text.ts'
import { detectionOf, dispositionOf } from '../detection-document.ts'
import type { Level, Notice } from '../message.ts'
import { product } from '../product.ts'

/** 0 to 10 (ArcSight Common Event Format, revision 26). */
const severities: Readonly<Record<Level, number>> = { informational: 1, low: 3, medium: 5, high: 8, critical: 10 }

/** One line, `CEF:0|…`; no value can end its field or begin another. */
export function cefLine(notice: Notice): string {
  const header = [
    'CEF:0',
    headerValue(product.vendor),
    headerValue(product.name),
    headerValue(product.version),
    headerValue(notice.rule ?? notice.type ?? notice.what, 200),
    headerValue(notice.title, 512),
    String(severities[notice.level]),
  ]
  return `${header.join('|')}|${extension(notice)}`
}

function extension(notice: Notice): string {
  const document = documentOf(notice.document)
  const detection = detectionOf(document?.body)
  const facts = evidenceOf(document)
  const program = facts.find(one => one.kind === 'process')
  const file = facts.find(one => one.kind === 'file') ?? facts.find(one => one.path !== undefined)
  const socket = facts.find(one => one.kind === 'socket')
  const at = Date.parse(notice.at)
  const custom = [
    ['families', notice.families.join(',')],
    ['attack', notice.attack.join(',')],
    ['group', notice.host?.group ?? ''],
    ['verdict', document?.verdict ?? ''],
    ['status', document?.status ?? ''],
    ['handledAs', document?.handledAs ?? ''],
  ] as const
  const fields: (readonly [string, string])[] = [
    ['rt', Number.isNaN(at) ? '' : String(at)],
    ['externalId', document?.alert ?? notice.id],
    ['cat', notice.type ?? notice.what],
    ['act', document?.activity ?? notice.what],
    ['outcome', detection === undefined ? '' : dispositionOf(detection).disposition[1]],
    ['dhost', notice.host?.name ?? ''],
    ['deviceExternalId', notice.host?.id ?? ''],
    ['filePath', file?.path ?? ''],
    ['fileHash', file?.sha256 ?? document?.hashes?.[0] ?? ''],
    ['dproc', program?.name ?? ''],
    ['dpid', program?.pid?.toString() ?? ''],
    ['duser', program?.user ?? ''],
    ['dst', socket?.address ?? ''],
    ['dpt', socket?.port?.toString() ?? ''],
    ['request', notice.link ?? ''],
    ['msg', notice.lines.map(line => cleanText(line, 300)).join('; ')],
    ...custom.flatMap(([label, value], place) =>
      value === ''
        ? []
        : ([
            [`cs${place + 1}Label`, label],
            [`cs${place + 1}`, value],
          ] as const),
    ),
  ]
  return fields
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${extensionValue(value)}`)
    .join(' ')
}

function headerValue(text: string, most = 63): string {
  return cleanText(text, most).replace(/[\\|]/g, one => `\\${one}`)
}

function extensionValue(text: string): string {
  return cleanText(text, 1_023).replace(/[\\=]/g, one => `\\${one}`)
}
