import type { View } from './log-source.ts'
import windows from './mapping/windows.json' with { type: 'json' }
import type { LogSource } from './rule.ts'

interface EventMapping {
  readonly channels: readonly string[]
  readonly eventIds: readonly number[]
  readonly category: string
  readonly when?: { readonly [field: string]: readonly string[] | undefined }
  readonly fields?: { readonly [field: string]: readonly string[] | undefined }
  readonly values?: { readonly [field: string]: { readonly [value: string]: string } | undefined }
}

type Fields = { [field: string]: unknown }

const mappings: readonly EventMapping[] = windows.events

/**
 * An EVTX record as JSON (`{ "Event": { "System", "EventData" | "UserData" } }`) as the log sources show it that its channel
 * and event id stand for. Undefined when it is no such record.
 */
export function viewsOfWindowsEvent(record: unknown): View[] | undefined {
  const event = objectOf(objectOf(record)?.['Event'])
  const system = objectOf(event?.['System'])
  if (!event || !system) return undefined
  const fields: Fields = Object.create(null)
  flattenSystem(system, fields)
  const own: Fields = Object.create(null)
  for (const part of ['EventData', 'UserData', 'RenderingInfo', 'ProcessingErrorData']) flattenData(event[part], own, 0)
  for (const [name, value] of Object.entries(own)) addField(fields, name, value)
  addHashes(fields)
  addRegistryRoots(fields)
  return [...serviceViews(fields), ...categoryViews(fields)]
}

function serviceViews(fields: Fields): View[] {
  const channel = textOf(fields['Channel']).toLowerCase()
  const services = Object.entries(windows.services).filter(([, channels]) =>
    channels.some(name => name.toLowerCase() === channel),
  )
  const sources: LogSource[] = services.map(([service]) => ({ product: 'windows', service }))
  return (sources.length === 0 ? [{ product: 'windows' }] : sources).map(source => ({ source, fields }))
}

function categoryViews(fields: Fields): View[] {
  const channel = textOf(fields['Channel']).toLowerCase()
  const eventId = Number(fields['EventID'])
  const views: View[] = []
  for (const mapping of mappings) {
    if (!mapping.eventIds.includes(eventId)) continue
    const name = mapping.channels.find(known => known.toLowerCase() === channel)
    if (name === undefined || !conditionsHold(mapping, fields)) continue
    views.push({ source: { product: 'windows', category: mapping.category }, fields: renamed(mapping, fields) })
  }
  return views
}

function conditionsHold({ when }: EventMapping, fields: Fields): boolean {
  return Object.entries(when ?? {}).every(([field, values]) => {
    const held = textOf(fields[field]).toLowerCase()
    return values?.some(value => value.toLowerCase() === held)
  })
}

/** A source of several fields with `\` between them, as `SubjectDomainName\SubjectUserName`, is joined where all are there. */
function renamed({ fields: renames, values }: EventMapping, fields: Fields): Fields {
  if (!renames) return fields
  const view: Fields = Object.assign(Object.create(null), fields)
  for (const [name, sources] of Object.entries(renames)) {
    const found = (sources ?? []).flatMap(source => joinedFields(source.split('\\'), fields) ?? [])
    const spelled = found.flatMap(value =>
      [value, ...(values?.[name]?.[textOf(value)] ?? '').split('\n')].filter(one => one !== ''),
    )
    if (spelled.length === 0) continue
    // The new value is all there is: an own field of that name (ProcessId of 4688 is the parent's) means something else.
    view[name] = spelled.length === 1 ? spelled[0] : spelled
  }
  addRegistryRoots(view)
  return view
}

function joinedFields(names: readonly string[], fields: Fields): unknown {
  const values = names.map(name => fields[name])
  const only = values[0]
  if (values.length === 1) return only ?? undefined
  const texts = values.map(textOf)
  return texts.some(text => text === '' || text === '-') ? undefined : texts.join('\\')
}

/** Names as the specification says: `Provider_Name`, `Execution_ProcessID`, plain ones for elements with text. */
function flattenSystem(system: Fields, fields: Fields) {
  for (const [name, value] of Object.entries(system)) {
    const object = objectOf(value)
    if (!object) {
      fields[name] = value
      continue
    }
    for (const [attribute, held] of Object.entries(objectOf(object['#attributes']) ?? {}))
      fields[`${name}_${attribute}`] = held
    for (const [attribute, held] of Object.entries(object)) {
      if (attribute.startsWith('@')) fields[`${name}_${attribute.slice(1)}`] = held
      else if (!attribute.startsWith('#') && typeof held !== 'object') fields[`${name}_${attribute}`] = held
    }
    if (object['#text'] !== undefined) fields[name] = object['#text']
  }
}

function flattenData(value: unknown, fields: Fields, depth: number) {
  if (depth > 6) return
  if (Array.isArray(value)) {
    for (const item of value.slice(0, 1000)) flattenData(item, fields, depth + 1)
    return
  }
  for (const [name, held] of Object.entries(objectOf(value) ?? {})) {
    if (name === '#attributes' || name === 'xmlns') continue
    if (name === 'Data') flattenNamedData(held, fields)
    else if (isText(held)) addField(fields, name, objectOf(held)?.['#text'] ?? held)
    else if (Array.isArray(held) && held.every(item => typeof item !== 'object')) addField(fields, name, held)
    else flattenData(held, fields, depth + 1)
  }
}

/** `Data` elements have their name as an attribute; those without are the values of a field `Data`. */
function flattenNamedData(value: unknown, fields: Fields) {
  for (const item of Array.isArray(value) ? value.slice(0, 1000) : [value]) {
    const object = objectOf(item)
    const name = objectOf(object?.['#attributes'])?.['Name'] ?? object?.['@Name']
    const text: unknown = object ? object['#text'] : item
    if (typeof name === 'string') addField(fields, name, text ?? null)
    else if (text !== undefined) for (const one of Array.isArray(text) ? text : [text]) addField(fields, 'Data', one)
  }
}

/** A field of the record's own data, also under its name without spaces; what the header says of event and channel stays. */
function addField(fields: Fields, name: string, value: unknown) {
  const bare = name.replace(/\s+/g, '')
  for (const key of new Set([name, bare])) {
    if (key === 'EventID' || key === 'Channel') continue
    const held = fields[key]
    if (key === 'Data' && held !== undefined) fields[key] = [held, value].flat()
    else fields[key] = value
  }
}

/** `Hashes` of Sysmon (`MD5=…,SHA256=…`) also one by one, as older rules name them. */
function addHashes(fields: Fields) {
  for (const match of textOf(fields['Hashes']).matchAll(/\b(MD5|SHA1|SHA256|IMPHASH)=([0-9A-F]{32,64})/gi)) {
    const kind = (match[1] ?? '').toLowerCase()
    const name = kind === 'imphash' ? 'Imphash' : kind
    fields[name] ??= match[2]
  }
}

function addRegistryRoots(fields: Fields) {
  const path = fields['TargetObject']
  if (typeof path !== 'string') return
  for (const [root, short] of Object.entries(windows.registryRoots)) {
    if (path.toLowerCase().startsWith(root.toLowerCase())) fields['TargetObject'] = short + path.slice(root.length)
  }
}

function isText(value: unknown): boolean {
  return value === null || typeof value !== 'object' || objectOf(value)?.['#text'] !== undefined
}

function objectOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
