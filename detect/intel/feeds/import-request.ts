import type { IndicatorType } from '../indicator.ts'
import type { Source } from '../source.ts'
import type { ColumnUse } from './columns.ts'
import { WrongListError } from './wrong-list-error.ts'

/** What somebody wants to be added. */
export interface ImportRequest {
  readonly name: string
  /** A file, a folder, `-` for standard input, or an address that begins with https. */
  readonly from: string
  readonly type?: IndicatorType | undefined
  readonly columns?: readonly (readonly [ColumnUse, string])[] | undefined
  readonly delimiter?: string | undefined
  readonly confidence?: number | undefined
  readonly days?: number | undefined
  readonly own?: boolean | undefined
  /** Entries are believed no more than that, whatever they say themselves. */
  readonly atMost?: number | undefined
  readonly collection?: string | undefined
  readonly authFile?: string | undefined
  readonly caFile?: string | undefined
  /** Keep what the source holds already. */
  readonly merge?: boolean | undefined
}

export function isAddress(from: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(from)
}

/** What holds for a source holds for what joins it. */
export function joined(request: ImportRequest, before: Source): ImportRequest {
  if (isAddress(before.from) && before.from !== request.from)
    throw new WrongListError(
      `${before.name} is read from ${before.from}, and what joins it would be lost with its next update: give it a name of its own`,
    )
  const kept = requestOf(before)
  return {
    ...request,
    confidence: request.confidence ?? kept.confidence,
    days: request.days ?? kept.days,
    own: request.own ?? kept.own,
    atMost: request.atMost ?? kept.atMost,
  }
}

/** What of a request a source keeps, so that it can be asked for again. */
export function againOf(request: ImportRequest): Record<string, string> {
  const { type, delimiter, columns, collection, authFile, caFile, atMost } = request
  const said = {
    type,
    delimiter,
    columns: columns?.map(([use, name]) => `${use}=${name}`).join('\n'),
    collection,
    authFile,
    caFile,
    atMost: atMost === undefined ? undefined : String(atMost),
  }
  return Object.fromEntries(Object.entries(said).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** The request by which a source is asked for again. */
export function requestOf({ name, from, own, confidence, days, again }: Source): ImportRequest {
  return {
    name,
    from,
    own,
    confidence,
    days,
    type: again['type'] as IndicatorType | undefined,
    delimiter: again['delimiter'],
    columns: again['columns']?.split('\n').map(line => {
      const at = line.indexOf('=')
      return [line.slice(0, at) as ColumnUse, line.slice(at + 1)] as const
    }),
    collection: again['collection'],
    authFile: again['authFile'],
    caFile: again['caFile'],
    atMost: again['atMost'] === undefined ? undefined : Number(again['atMost']),
  }
}
