import type { IndicatorType } from '../indicator.ts'
import { WrongListError } from './wrong-list-error.ts'

/** What a column of a table holds. A type of indicator: its cells are values of that type. */
export type ColumnUse = IndicatorType | 'url' | 'value' | 'type' | 'date' | 'confidence' | 'expires' | 'about'

/** Words in the first line of tables, in lower case without `_`, `-` and blanks. */
const words: Readonly<Record<ColumnUse, string>> = {
  value: 'value indicator ioc iocvalue indicatorvalue observable',
  type: 'type kind indicatortype ioctype',
  md5: 'md5 md5hash hashmd5 filehashmd5',
  sha1: 'sha1 sha1hash hashsha1 filehashsha1',
  sha256: 'sha256 sha256hash hashsha256 filehashsha256',
  address: 'address ip ipaddress ipv4 ipv6 dstip dstipaddress destinationip network cidr',
  domain: 'domain host hostname fqdn domainname',
  url: 'url uri',
  wallet: 'wallet walletaddress',
  fingerprint: 'fingerprint sshfingerprint ja3 ja3md5 ja3hash certificatesha1 certificatesha256',
  date: 'date firstseen firstseenutc dateadded added listingdate listed created createdat timestamp lastseen lastseenutc',
  confidence: 'confidence confidencelevel',
  expires: 'expires expiresat expiry expiration validuntil',
  about:
    'about note notes comment description title family malware malwareprintable signature threat threattype name reason listingreason tags tag filename',
}

const uses = new Map<string, ColumnUse>(
  Object.entries(words).flatMap(([use, text]) =>
    text.split(' ').map((word): [string, ColumnUse] => [word, use as ColumnUse]),
  ),
)
const aboutOrder = words.about.split(' ')

export const columnUses = Object.keys(words) as readonly ColumnUse[]

export interface Columns {
  /** Where each use is; values may be in several places. */
  readonly values: readonly { readonly at: number; readonly type: IndicatorType | 'url' | undefined }[]
  readonly type?: number | undefined
  readonly date?: number | undefined
  readonly confidence?: number | undefined
  readonly expires?: number | undefined
  readonly about?: number | undefined
}

/** The columns that a first line names; undefined when it names none that holds values. */
export function columnsNamed(cells: readonly string[]): Columns | undefined {
  const plain = cells.map(plainWord)
  const found = plain.map(word => uses.get(word))
  const values = found.flatMap((use, at) => {
    const type = valueType(use)
    return type === undefined ? [] : [{ at, type: type === 'value' ? undefined : type }]
  })
  if (values.length === 0) return undefined
  // A column `value` beside others of which it says the type: those repeat it.
  const single = values.filter(one => one.type === undefined)
  const place = (use: ColumnUse) => {
    const at = found.indexOf(use)
    return at < 0 ? undefined : at
  }
  const abouts = plain.flatMap((word, at) =>
    uses.get(word) === 'about' ? [{ at, rank: aboutOrder.indexOf(word) }] : [],
  )
  return {
    values: single.length > 0 ? single : values,
    type: place('type'),
    date: place('date'),
    confidence: place('confidence'),
    expires: place('expires'),
    about: abouts.sort((a, b) => a.rank - b.rank)[0]?.at,
  }
}

/** Columns that somebody names: `sha1=SHA-1`, or by number from 1. Throws `WrongListError`. */
export function columnsChosen(
  chosen: readonly (readonly [ColumnUse, string])[],
  header: readonly string[] | undefined,
): Columns {
  const placed = chosen.map(([use, name]): readonly [ColumnUse, number] => {
    if (/^[1-9]\d{0,3}$/.test(name)) return [use, Number(name) - 1]
    const at = header?.findIndex(cell => plainWord(cell) === plainWord(name)) ?? -1
    if (at < 0)
      throw new WrongListError(
        `there is no column "${name}"${header === undefined ? '' : `: there are ${header.join(', ')}`}`,
      )
    return [use, at]
  })
  const place = (use: ColumnUse) => placed.find(one => one[0] === use)?.[1]
  const values = placed.flatMap(([use, at]) => {
    const type = valueType(use)
    return type === undefined ? [] : [{ at, type: type === 'value' ? undefined : type }]
  })
  if (values.length === 0)
    throw new WrongListError('no column is named that holds values: sha256, md5, address, domain, value …')
  return {
    values,
    type: place('type'),
    date: place('date'),
    confidence: place('confidence'),
    expires: place('expires'),
    about: place('about'),
  }
}

/** A table of the National Software Reference Library and its kin: files of ordinary programs. */
export function listsOrdinaryFiles(cells: readonly string[]): boolean {
  const plain = new Set(cells.map(plainWord))
  return ['productcode', 'specialcode'].every(word => plain.has(word)) || (plain.has('crc32') && plain.has('packageid'))
}

function valueType(use: ColumnUse | undefined): IndicatorType | 'url' | 'value' | undefined {
  switch (use) {
    case undefined:
    case 'type':
    case 'date':
    case 'confidence':
    case 'expires':
    case 'about':
      return undefined
    default:
      return use
  }
}

function plainWord(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_-]/g, '')
}
