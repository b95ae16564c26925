import { z } from 'zod'
import type { RawEntry, Sink } from './sink.ts'

// MISP core format (draft-dulaunoy-misp-core-format): an event with attributes, alone and in objects.

const tags = z.array(z.looseObject({ name: z.string() })).optional()
const attribute = z.looseObject({
  type: z.string(),
  value: z.string(),
  uuid: z.string().optional(),
  to_ids: z.union([z.boolean(), z.stringbool()]).optional(),
  deleted: z.union([z.boolean(), z.stringbool()]).optional(),
  timestamp: z.union([z.string(), z.number()]).optional(),
  last_seen: z.string().nullish(),
  first_seen: z.string().nullish(),
  comment: z.string().nullish(),
  Tag: tags,
})
const attributes = z.array(z.unknown()).optional()
const event = z.looseObject({
  info: z.string().optional(),
  uuid: z.string().optional(),
  date: z.string().optional(),
  Attribute: attributes,
  Object: z.array(z.looseObject({ Attribute: attributes })).optional(),
  Tag: tags,
})

/** Events of a JSON document of MISP: one, an answer of the API, or an export; undefined when it is none. */
export function mispEvents(document: unknown): unknown[] | undefined {
  const shapes = z.union([
    z.object({ Event: z.unknown() }).transform(one => [one.Event]),
    z
      .object({ response: z.array(z.object({ Event: z.unknown() })) })
      .transform(one => one.response.map(({ Event }) => Event)),
    z.object({ response: z.object({ Attribute: z.array(z.unknown()) }) }).transform(one => [one.response]),
    z
      .array(z.object({ Event: z.unknown() }))
      .min(1)
      .transform(list => list.map(({ Event }) => Event)),
  ])
  const found = shapes.safeParse(document)
  return found.success && found.data.every(one => typeof one === 'object' && one !== null) ? found.data : undefined
}

/** All attributes of an event that are meant for detection. */
export function takeMispEvent(document: unknown, sink: Sink, place: string): void {
  const read = event.safeParse(document)
  if (!read.success) return sink.leave('an event that is not as MISP writes them', place, '')
  const { info, Attribute = [], Object: objects = [], Tag } = read.data
  for (const one of [...Attribute, ...objects.flatMap(object => object.Attribute ?? [])]) {
    const found = attribute.safeParse(one)
    if (!found.success) sink.leave('an attribute that is not as MISP writes them', place, '')
    else takeAttribute(found.data, { info, tags: Tag ?? [] }, sink, place)
  }
}

type Attribute = z.output<typeof attribute>

function takeAttribute(
  one: Attribute,
  about: { info: string | undefined; tags: readonly { readonly name: string }[] },
  sink: Sink,
  eventPlace: string,
): void {
  const place = one.uuid ?? eventPlace
  const kinds = kindsOf(one.type)
  if (kinds === undefined)
    return sink.leave(`MISP's ${one.type.slice(0, 40)} is nothing that is looked for here`, place, one.value)
  if (one.to_ids === false && one.deleted !== true)
    return sink.leave('its source does not want it used for detection (to_ids)', place, one.value)
  const parts = one.value.split('|')
  const confidence = confidenceOf([...(one.Tag ?? []), ...about.tags])
  for (const [at, type] of kinds.entries()) {
    const value = kinds.length === 1 ? one.value : (parts[at] ?? '')
    if (type === undefined) continue
    const entry: RawEntry = {
      place,
      value,
      type,
      date: one.last_seen ?? one.first_seen ?? (one.timestamp === undefined ? undefined : String(one.timestamp)),
      about: [about.info, one.comment].filter(Boolean).join('; '),
      ...(confidence === undefined ? {} : { confidence }),
      ...(one.deleted === true ? { gone: true } : {}),
    }
    sink.take(entry)
  }
}

const single: Readonly<Record<string, string>> = {
  md5: 'md5',
  sha1: 'sha1',
  sha256: 'sha256',
  'ip-src': 'address',
  'ip-dst': 'address',
  ip: 'address',
  port: '',
  domain: 'domain',
  hostname: 'domain',
  url: 'url',
  btc: 'wallet',
  xmr: 'wallet',
  dash: 'wallet',
  'x509-fingerprint-sha1': 'fingerprint',
  'x509-fingerprint-sha256': 'fingerprint',
  'x509-fingerprint-md5': 'fingerprint',
  'ja3-fingerprint-md5': 'fingerprint',
  'ssh-fingerprint': 'fingerprint',
  filename: '',
  'malware-sample': 'md5',
}

/** What each part of a value is: `filename|sha256` has two, of which the first is nothing for us. Undefined for types of another kind. */
function kindsOf(type: string): (string | undefined)[] | undefined {
  if (type === 'malware-sample') return [undefined, 'md5']
  const kinds = type.split('|').map(part => (Object.hasOwn(single, part) ? single[part] || undefined : null))
  if (kinds.some(kind => kind === null) || kinds.every(kind => kind === undefined)) return undefined
  return kinds.map(kind => kind ?? undefined)
}

/** Of the taxonomy `misp:confidence-level`. */
const confidences: Readonly<Record<string, number>> = {
  'completely-confident': 100,
  'usually-confident': 75,
  'fairly-confident': 50,
  'rarely-confident': 25,
  unconfident: 0,
}

function confidenceOf(all: readonly { readonly name: string }[]): number | undefined {
  for (const { name } of all) {
    const word = /^misp:confidence-level="([a-z-]+)"$/.exec(name)?.[1] ?? ''
    if (Object.hasOwn(confidences, word)) return confidences[word]
  }
  return undefined
}

const manifest = z.record(z.uuid(), z.looseObject({ timestamp: z.union([z.string(), z.number()]).optional() }))

/** Ids of the events of a MISP feed, from its `manifest.json`; undefined when it is none. */
export function mispManifest(document: unknown): string[] | undefined {
  const found = manifest.safeParse(document)
  return found.success && Object.keys(found.data).length > 0 ? Object.keys(found.data) : undefined
}
