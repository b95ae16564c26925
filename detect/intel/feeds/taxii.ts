import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { type Access, FeedError, type Got, get, shown } from './get.ts'
import type { Sink } from './sink.ts'
import { takeStixObject } from './stix.ts'

// OASIS TAXII 2.1: discovery → api roots → collections → objects, page by page.

export const taxiiType = 'application/taxii+json;version=2.1'
const mostOfAPage = 64 * 1024 * 1024
const mostPages = 20_000
const pageObjects = 1_000

const discovery = z.looseObject({
  default: z.string().optional(),
  api_roots: z.array(z.string()).max(1_000).optional(),
})
const apiRoot = z.looseObject({ versions: z.array(z.string()) })
const collections = z.looseObject({
  collections: z
    .array(
      z.looseObject({
        id: z.string(),
        title: z.string().optional(),
        alias: z.string().optional(),
        can_read: z.boolean(),
      }),
    )
    .optional(),
})
const envelope = z.looseObject({
  more: z.boolean().optional(),
  next: z.string().optional(),
  objects: z.array(z.unknown()).optional(),
})

export interface TaxiiRequest {
  /** Of the discovery (`/taxii2/`) or of an API root. */
  readonly url: URL
  /** Id, alias or title of a collection; may be absent where there is one alone. */
  readonly collection?: string | undefined
  /** Only what was added behind this moment. */
  readonly addedAfter?: string | undefined
  readonly access?: Access
  readonly progress?: (objects: number) => void
}

/** What an update needs the next time. */
export interface TaxiiRead {
  readonly collection: string
  /** The moment at which the server added the newest object that was read. */
  readonly addedAfter?: string | undefined
}

/** Reads all indicators of a collection, or those added since. Throws `FeedError`. */
export async function readTaxii(request: TaxiiRequest, sink: Sink): Promise<TaxiiRead> {
  const { root, id } = await findCollection(request, request.access ?? {})
  const access = sameOrigin(root, request.url, request.access ?? {})
  let after = request.addedAfter
  let newest = after
  let next: string | undefined
  const seen = new Set<string>()
  for (let page = 0, objects = 0; page < mostPages; page++) {
    const url = new URL(`collections/${encodeURIComponent(id)}/objects/`, root)
    url.searchParams.set('limit', String(pageObjects))
    url.searchParams.set('match[type]', 'indicator')
    if (after !== undefined) url.searchParams.set('added_after', after)
    if (next !== undefined) url.searchParams.set('next', next)
    const { document, headers } = await ask(url, access)
    const found = parsed(envelope, document, url)
    for (const object of found.objects ?? []) takeStixObject(object, sink)
    objects += found.objects?.length ?? 0
    request.progress?.(objects)
    const last = headers['x-taxii-date-added-last']
    if (typeof last === 'string' && !Number.isNaN(Date.parse(last)) && (newest === undefined || last > newest))
      newest = last
    if (found.more !== true) return { collection: id, addedAfter: newest }
    // Servers without `next` are asked for what they added behind the last of a page.
    next = found.next
    if (next === undefined) after = newest
    const place = next ?? `after ${after}`
    if (seen.has(place)) throw new FeedError(`${shown(url)} says that there is more, and sends the same again`)
    seen.add(place)
  }
  throw new FeedError(`${shown(root)} has more than ${mostPages} pages`)
}

async function findCollection(request: TaxiiRequest, access: Access): Promise<{ root: URL; id: string }> {
  const start = withSlash(request.url)
  const { document } = await ask(start, access)
  const roots = apiRoot.safeParse(document).success ? [start] : rootsOf(parsed(discovery, document, start), start)
  const readable: { root: URL; id: string; names: (string | undefined)[] }[] = []
  for (const root of roots) {
    // One root of many may be closed to us.
    const answer = await ask(new URL('collections/', root), sameOrigin(root, request.url, access)).catch(error => {
      if (roots.length === 1) throw error
      return undefined
    })
    const listed = answer === undefined ? undefined : parsed(collections, answer.document, root).collections
    for (const one of listed ?? [])
      if (one.can_read) readable.push({ root, id: one.id, names: [one.id, one.alias, one.title] })
  }
  const chosen =
    request.collection === undefined ? readable : readable.filter(one => one.names.includes(request.collection))
  const [only] = chosen
  if (only !== undefined && chosen.length === 1) return only
  const there = readable.map(one => `${one.id}${one.names[2] === undefined ? '' : ` (${one.names[2]})`}`).slice(0, 50)
  const list = there.length === 0 ? 'It shows none that may be read.' : `There are: ${there.join(', ')}`
  throw new FeedError(
    request.collection === undefined
      ? `${shown(start)} has ${readable.length} collections: name one with --collection. ${list}`
      : `${shown(start)} has ${chosen.length === 0 ? 'no' : 'more than one'} collection ${request.collection}. ${list}`,
  )
}

function rootsOf({ default: usual, api_roots: others = [] }: z.output<typeof discovery>, base: URL): URL[] {
  const texts = new Set([...(usual === undefined ? [] : [usual]), ...others])
  const roots = [...texts].flatMap(text => (URL.canParse(text, base) ? [withSlash(new URL(text, base))] : []))
  if (roots.length === 0) throw new FeedError(`${shown(base)} names no API root`)
  return roots
}

/** The secret is for the server that was named. */
function sameOrigin(url: URL, named: URL, access: Access): Access {
  return url.origin === named.origin ? access : { ca: access.ca }
}

async function ask(url: URL, access: Access): Promise<{ document: unknown; headers: Got['headers'] }> {
  for (let attempt = 0; ; attempt++) {
    try {
      const got = await get(url, { ...access, accept: taxiiType, most: mostOfAPage })
      const kind = String(got.headers['content-type'] ?? '')
      const chunks: Uint8Array[] = []
      for await (const chunk of got.body) chunks.push(chunk)
      if (!/^application\/(?:taxii|stix|vnd\.oasis\.(?:taxii|stix))?\+?json/i.test(kind))
        throw new FeedError(`${shown(url)} is no TAXII 2.1 server: it answers with ${kind || 'no type'}`)
      const text = Buffer.concat(chunks).toString('utf8')
      return { document: text === '' ? {} : jsonOf(text, url), headers: got.headers }
    } catch (error) {
      if (attempt >= 2 || !(error instanceof FeedError) || !/answers (?:429|503)/.test(error.message)) throw error
      await pause(2_000 * 2 ** attempt)
    }
  }
}

function jsonOf(text: string, url: URL): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new FeedError(`${shown(url)} sends something else than JSON`)
  }
}

function parsed<T>(schema: z.ZodType<T>, document: unknown, url: URL): T {
  const found = schema.safeParse(document)
  if (!found.success)
    throw new FeedError(`${shown(url)} does not answer as TAXII 2.1 says: ${found.error.issues[0]?.message ?? ''}`)
  return found.data
}

function withSlash(url: URL): URL {
  const whole = new URL(url)
  if (!whole.pathname.endsWith('/')) whole.pathname += '/'
  return whole
}
