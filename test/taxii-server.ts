import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestIdentity, testIdentity } from '../notify/testing/certificate.ts'

const type = 'application/taxii+json;version=2.1'
const authorization = `Basic ${Buffer.from('analyst:s3cret').toString('base64')}`

/** An object of a collection, and when it came into it. */
export interface AddedObject {
  readonly added: string
  readonly object: Record<string, unknown>
}

export interface TaxiiServer {
  readonly url: string
  readonly ca: string
  /** Grows while the server runs. */
  readonly objects: AddedObject[]
  /** Paths with queries that were asked for. */
  readonly asked: string[]
  /** Headers of those requests. */
  readonly headers: IncomingMessage['headers'][]
  /** The next answer, whatever is asked. */
  answerOnce(status: number, headers: Record<string, string>, body: string): void
  close(): Promise<void>
}

export const collectionId = '91a7b528-80eb-42ed-a74d-c6fbd5a26116'
const otherId = '52892447-4d7e-4f70-b94d-d7f22742ff63'

/**
 * A TAXII 2.1 server (OASIS, 10 June 2021) on loopback: discovery, two API roots of which one is closed, collections, objects in
 * pages with `more` and `next`, filters `added_after`, `limit` and `match[type]`, the headers with the first and last date added.
 */
export async function startTaxiiServer(
  options: { pages?: 'next' | 'date'; identity?: TestIdentity } = {},
): Promise<TaxiiServer> {
  const identity = options.identity ?? (await testIdentity(['localhost']))
  const objects: AddedObject[] = []
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  let prepared: { status: number; headers: Record<string, string>; body: string } | undefined
  const server = createServer({ cert: identity.certificate, key: identity.key }, (request, response) => {
    asked.push(request.url ?? '')
    headers.push(request.headers)
    if (prepared !== undefined) {
      response.writeHead(prepared.status, prepared.headers).end(prepared.body)
      prepared = undefined
      return
    }
    answer(request, response, objects, options.pages ?? 'next')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}/taxii2/`,
    ca: identity.ca,
    objects,
    asked,
    headers,
    answerOnce: (status, head, body) => {
      prepared = { status, headers: head, body }
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  objects: readonly AddedObject[],
  pages: 'next' | 'date',
): void {
  const url = new URL(request.url ?? '', 'https://localhost')
  const send = (status: number, document: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': type, ...headers }).end(JSON.stringify(document))
  const fail = (status: number, title: string) => send(status, { title, http_status: String(status) })
  if (url.pathname === '/list.txt')
    return void response.writeHead(200, { 'content-type': 'text/plain' }).end('# ours\nlisted.example\n')
  if (url.pathname === '/moved') return void response.writeHead(302, { location: '/list.txt' }).end()
  if (request.headers.authorization !== authorization) return void fail(401, 'Unauthorized')
  if (!String(request.headers.accept).includes(type)) return void fail(406, 'Not Acceptable')
  switch (url.pathname) {
    case '/taxii2/':
      return void send(200, { title: 'Feeds', default: '/api1/', api_roots: ['/api1/', '/closed/'] })
    case '/api1/':
      return void send(200, { title: 'Open', versions: [type], max_content_length: 9_765_625 })
    case '/closed/collections/':
      return void fail(403, 'Forbidden')
    case '/api1/collections/':
      return void send(200, {
        collections: [
          { id: collectionId, title: 'Miners', alias: 'miners', can_read: true, can_write: false, media_types: [] },
          { id: otherId, title: 'Written only', can_read: false, can_write: true },
        ],
      })
    case `/api1/collections/${collectionId}/objects/`:
      return void sendObjects(url.searchParams, objects, pages, send)
    default:
      return void fail(404, 'Not Found')
  }
}

function sendObjects(
  query: URLSearchParams,
  objects: readonly AddedObject[],
  pages: 'next' | 'date',
  send: (status: number, document: unknown, headers: Record<string, string>) => void,
): void {
  const after = query.get('added_after') ?? ''
  const wanted = query.get('match[type]')?.split(',')
  const limit = Math.min(Number(query.get('limit') ?? 100), 3)
  const start = Number(query.get('next') ?? 0)
  const fitting = objects
    .filter(one => one.added > after && (wanted === undefined || wanted.includes(String(one.object['type']))))
    .toSorted((a, b) => (a.added < b.added ? -1 : 1))
  const page = fitting.slice(start, start + limit)
  const more = start + limit < fitting.length
  const [first, last] = [page[0]?.added, page.at(-1)?.added]
  send(
    200,
    page.length === 0
      ? {}
      : {
          more,
          ...(more && pages === 'next' ? { next: String(start + limit) } : {}),
          objects: page.map(one => one.object),
        },
    {
      ...(first === undefined ? {} : { 'x-taxii-date-added-first': first }),
      ...(last === undefined ? {} : { 'x-taxii-date-added-last': last }),
    },
  )
}
